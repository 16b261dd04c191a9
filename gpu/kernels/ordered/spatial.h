// The cable equation of branched neurons, one implicit step of all compartments of a cell at once.
//
// A cell is a tree of places: its compartments, and the points at which sections branch, which have neither area nor
// capacitance. Each place k has a conductance `ground` to a source (that of the membrane, and its capacitance over the
// time step), a current `flow` from it, and an axial conductance to its parent, which has a lower number:
//
//     ground_k v_k = flow_k + sum over neighbours j of conductance_kj (v_j - v_k)
//
// Elimination from the tips to the root replaces a place by what its parent sees of it: two conductances in series,
// and the part of its current that comes through. These sums have positive terms only, so that no digits are lost
// where an axial conductance is larger than that of the membrane by many orders of magnitude, as that of a soma is.
//
// M. Hines (1984), Int J Biomed Comput 15:69, eliminates in the same order.
#ifndef DENDRIFY_GPU_ORDERED_SPATIAL_H
#define DENDRIFY_GPU_ORDERED_SPATIAL_H

// Cells of one shape. Values of compartments are arrays [compartment][cell], those of places [place][cell]; what is a
// property of the cells, of length one in the second dimension if they are all alike.
struct Cable {
    const int32_t *parent;       // [place]
    const int32_t *compartment;  // [place], or -1 for a point at which sections branch
    const double *conductance;   // to the parent, S
    const double *surface;       // m^2
    const double *charging;      // specific capacitance over the time step, S/m^2
    const double *gtot;          // S/m^2, the membrane current falls by with the voltage
    const double *rest;          // A/m^2, the membrane current at zero voltage
    int64_t n_place;
    int64_t n_cell;
    int64_t n_column;  // 1, or the number of cells
};

// The properties of a row of cells that have one each, or that are all alike.
template <bool ALIKE> struct Properties {
    const double *values;
    MEMBER double operator[](int64_t c) const { return values[ALIKE ? 0 : c]; }
};

// A step of `count` cells from `first` on. `work` has room for two numbers of each place and cell.
template <bool ALIKE, class V, class C>
TASK_INLINE void step_cells(const Cable &cable, int64_t first, int64_t count, V *potential, C *capacitive,
                            double *work)
{
    const int64_t n_cell = cable.n_cell;
    const auto row = [&](const double *values, int64_t k) {
        return Properties<ALIKE>{values + (ALIKE ? k : k * n_cell + first)};
    };
    for (int64_t k = 0; k < cable.n_place; ++k) {
        double *__restrict const ground = work + 2 * k * count;
        double *__restrict const flow = ground + count;
        const int64_t compartment = cable.compartment[k];
        if (compartment < 0) {
            for (int64_t c = OWN_PLACE; c < count; c += SIDE_BY_SIDE)
                ground[c] = flow[c] = 0;
            continue;
        }
        const auto surface = row(cable.surface, compartment), charging = row(cable.charging, compartment);
        const int64_t at = compartment * n_cell + first;
        const double *const gtot = cable.gtot + at, *const rest = cable.rest + at;
        const V *const before = potential + at;
        for (int64_t c = OWN_PLACE; c < count; c += SIDE_BY_SIDE) {
            ground[c] = surface[c] * (charging[c] + gtot[c]);
            flow[c] = surface[c] * (charging[c] * (double)before[c] + rest[c]);
        }
    }
    for (int64_t k = cable.n_place - 1; k > 0; --k) {
        double *__restrict const ground = work + 2 * k * count;
        double *__restrict const flow = ground + count;
        double *__restrict const parent_ground = work + 2 * cable.parent[k] * count;
        double *__restrict const parent_flow = parent_ground + count;
        const auto conductance = row(cable.conductance, k);
        for (int64_t c = OWN_PLACE; c < count; c += SIDE_BY_SIDE) {
            const double own = 1.0 / (conductance[c] + ground[c]);
            const double through = conductance[c] * own;
            parent_ground[c] += through * ground[c];
            parent_flow[c] += through * flow[c];
            // From here on: the parent's share of the voltage, and the voltage without the parent.
            ground[c] = through;
            flow[c] *= own;
        }
    }
    for (int64_t c = OWN_PLACE; c < count; c += SIDE_BY_SIDE)
        work[count + c] /= work[c];
    for (int64_t k = 0; k < cable.n_place; ++k) {
        double *__restrict const share = work + 2 * k * count;
        double *__restrict const voltage = share + count;
        if (k > 0) {
            const double *__restrict const parent_voltage = work + (2 * cable.parent[k] + 1) * count;
            for (int64_t c = OWN_PLACE; c < count; c += SIDE_BY_SIDE)
                voltage[c] += share[c] * parent_voltage[c];
        }
        const int64_t compartment = cable.compartment[k];
        if (compartment < 0)
            continue;
        const auto charging = row(cable.charging, compartment);
        V *__restrict const after = potential + compartment * n_cell + first;
        C *__restrict const current = capacitive + compartment * n_cell + first;
        for (int64_t c = OWN_PLACE; c < count; c += SIDE_BY_SIDE) {
            current[c] = (C)(charging[c] * (voltage[c] - (double)after[c]));
            after[c] = (V)voltage[c];
        }
    }
}

static constexpr int64_t CELLS_AT_ONCE = SIDE_BY_SIDE > 128 ? SIDE_BY_SIDE : 128;

// A step of the cells of a worker. `work` has room for as many cells at once, for each worker.
template <class V, class C>
TASK void step_cells(const Cable &cable, const Worker *me, V *potential, C *capacitive, double *work)
{
    work += 2 * (cable.n_cell < CELLS_AT_ONCE ? cable.n_cell : CELLS_AT_ONCE) * cable.n_place * me->number;
    const int64_t end = share_end(me, cable.n_cell, 8);
    for (int64_t first = share_begin(me, cable.n_cell, 8); first < end; first += CELLS_AT_ONCE) {
        const int64_t count = end - first < CELLS_AT_ONCE ? end - first : CELLS_AT_ONCE;
        // One cell is a common case, and better off without loops over cells.
        if (count == 1 && cable.n_column == 1)
            step_cells<true>(cable, first, 1, potential, capacitive, work);
        else if (cable.n_column == 1)
            step_cells<true>(cable, first, count, potential, capacitive, work);
        else
            step_cells<false>(cable, first, count, potential, capacitive, work);
    }
}

#endif

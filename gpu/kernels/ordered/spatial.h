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

// Cells of one shape. Values of compartments are arrays [compartment][cell], those of places [place][cell].
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
};

// A step of the cells from `first` on, `count` of them, at most WIDTH.
template <int WIDTH, class V, class C>
static inline void step_cells(const Cable &cable, int64_t first, int count, V *v, C *capacitive, double *work)
{
    typedef double Row[WIDTH];
    Row *const ground = (Row *)work;
    Row *const flow = ground + cable.n_place;
    const int64_t n_cell = cable.n_cell;
    for (int64_t k = 0; k < cable.n_place; ++k) {
        // Columns without a cell are solved, too, but go nowhere.
        for (int c = 0; c < WIDTH; ++c) {
            ground[k][c] = 0;
            flow[k][c] = 0;
        }
        const int64_t compartment = cable.compartment[k];
        if (compartment < 0)
            continue;
        const int64_t at = compartment * n_cell + first;
        for (int c = 0; c < count; ++c) {
            const double charging = cable.charging[at + c];
            ground[k][c] = cable.surface[at + c] * (charging + cable.gtot[at + c]);
            flow[k][c] = cable.surface[at + c] * (charging * (double)v[at + c] + cable.rest[at + c]);
        }
    }
    for (int64_t k = cable.n_place - 1; k > 0; --k) {
        const int64_t parent = cable.parent[k];
        double conductance[WIDTH];
        for (int c = 0; c < WIDTH; ++c)
            conductance[c] = 1;
        for (int c = 0; c < count; ++c)
            conductance[c] = cable.conductance[k * n_cell + first + c];
        for (int c = 0; c < WIDTH; ++c) {
            const double own = 1.0 / (conductance[c] + ground[k][c]);
            const double through = conductance[c] * own;
            ground[parent][c] += through * ground[k][c];
            flow[parent][c] += through * flow[k][c];
            // From here on: the parent's share of the voltage, and the voltage without the parent.
            ground[k][c] = through;
            flow[k][c] *= own;
        }
    }
    for (int c = 0; c < WIDTH; ++c)
        flow[0][c] /= ground[0][c];
    for (int64_t k = 1; k < cable.n_place; ++k) {
        const int64_t parent = cable.parent[k];
        for (int c = 0; c < WIDTH; ++c)
            flow[k][c] += ground[k][c] * flow[parent][c];
    }
    for (int64_t k = 0; k < cable.n_place; ++k) {
        const int64_t compartment = cable.compartment[k];
        if (compartment < 0)
            continue;
        const int64_t at = compartment * n_cell + first;
        for (int c = 0; c < count; ++c) {
            capacitive[at + c] = (C)(cable.charging[at + c] * (flow[k][c] - (double)v[at + c]));
            v[at + c] = (V)flow[k][c];
        }
    }
}

static const int CELLS_AT_ONCE = 32;

// A step of the cells of a thread. `work` has room for two numbers of each place for as many cells at once.
template <class V, class C>
static inline void step_cells(const Cable &cable, const Worker *me, V *v, C *capacitive, double *work)
{
    work += 2 * CELLS_AT_ONCE * cable.n_place * me->number;
    const int64_t end = share_end(me, cable.n_cell, 8);
    for (int64_t first = share_begin(me, cable.n_cell, 8); first < end;) {
        const int64_t left = end - first;
        if (left == 1)
            step_cells<1>(cable, first, 1, v, capacitive, work);
        else if (left <= 8)
            step_cells<8>(cable, first, (int)left, v, capacitive, work);
        else
            step_cells<CELLS_AT_ONCE>(cable, first, left < CELLS_AT_ONCE ? (int)left : CELLS_AT_ONCE, v, capacitive, work);
        first += CELLS_AT_ONCE;
    }
}

#endif

"""Where the generated text runs: CUDA through PyCUDA, or the CPU."""

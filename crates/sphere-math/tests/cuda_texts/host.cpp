// Runs the CUDA kernels on the processor, one thread after the other.
//
// A launch is read from the standard input as 32-bit words: the number of the kernel, the four words
// of the header, the words of a point, the number of parameters and of words of the table, then these. What
// is left in the output goes to the standard output, with the words behind it, which no kernel may
// write to.

#include <cstdint>
#include <cstdio>
#include <vector>

#include "device.hpp"

// Each kernel in a namespace of its own, then `KERNELS`, the array of them. Written by the test.
#include "kernels.inc"

static std::vector<unsigned> read_words(size_t count) {
    std::vector<unsigned> words(count);
    words.resize(std::fread(words.data(), sizeof(unsigned), count, stdin));
    return words;
}

int main() {
    const unsigned GARBAGE = 0x5a5aa5a5, BEHIND = 64;
    for (;;) {
        std::vector<unsigned> launch = read_words(8);
        if (launch.size() < 8) {
            return 0;
        }
        uint4 header = {launch[1], launch[2], launch[3], launch[4]};
        std::vector<unsigned> parameters = read_words(launch[6]), table = read_words(launch[7]);
        std::vector<unsigned> out((size_t)header.z * launch[5] + BEHIND, GARBAGE);
        for (blockIdx.x = 0; blockIdx.x * blockDim.x < header.z; blockIdx.x++) {
            for (threadIdx.x = 0; threadIdx.x < blockDim.x; threadIdx.x++) {
                KERNELS[launch[0]](out.data(), header, parameters.data(), table.data());
            }
        }
        std::fwrite(out.data(), sizeof(unsigned), out.size(), stdout);
        std::fflush(stdout);
    }
}

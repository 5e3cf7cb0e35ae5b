// The longitude of lattice point k, k golden angles on from +x: the high half of k times 2^128 times
// the angle, to the last bit for every k.
__device__ inline u64 golden_turn(u64 index) {
    const u64 HIGH = 0x61C8864680B583EAULL;
    const u64 LOW = 0x0C633F9FA31237CCULL;
    return HIGH * index + __umul64hi(LOW, index);
}

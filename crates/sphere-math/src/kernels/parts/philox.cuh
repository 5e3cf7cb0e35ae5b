// Philox4x32-10: four random words for a 128-bit counter under a 64-bit key.

struct Words {
    u32 w[4];
};

__device__ inline Words philox(u32 c0, u32 c1, u32 c2, u32 c3, u64 key) {
    u32 k0 = (u32)key, k1 = (u32)(key >> 32);
    for (int round = 0; round < 10; round++) {
        u64 first = (u64)0xD2511F53U * c0, second = (u64)0xCD9E8D57U * c2;
        c0 = (u32)(second >> 32) ^ c1 ^ k0;
        c1 = (u32)second;
        c2 = (u32)(first >> 32) ^ c3 ^ k1;
        c3 = (u32)first;
        k0 += 0x9E3779B9U;
        k1 += 0xBB67AE85U;
    }
    return {{c0, c1, c2, c3}};
}

// Philox4x32-10, as `random/philox.rs` defines it.
fn philox4x32(counter: vec4<u32>, first_key: vec2<u32>) -> vec4<u32> {
    var words = counter;
    var key = first_key;
    for (var round = 0u; round < 10u; round++) {
        let first = wide_product(0xd2511f53u, words.x);
        let second = wide_product(0xcd9e8d57u, words.z);
        words = vec4(second.y ^ words.y ^ key.x, second.x, first.y ^ words.w ^ key.y, first.x);
        key += vec2(0x9e3779b9u, 0xbb67ae85u);
    }
    return words;
}

// Exclusive sum over the 256 threads of a group, in thread order; `total` is the sum of all.
shared uint scan_values[256];

uint exclusive_sum(uint value, out uint total) {
    uint thread = gl_LocalInvocationID.x;
    scan_values[thread] = value;
    barrier();
    for (uint step = 1; step < 256; step <<= 1) {
        uint left = thread >= step ? scan_values[thread - step] : 0;
        barrier();
        scan_values[thread] += left;
        barrier();
    }
    total = scan_values[255];
    return scan_values[thread] - value;
}

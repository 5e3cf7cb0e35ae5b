// Sine and cosine of an angle in fixed point, 2^64 to the turn: the polynomials of `turn.rs`.

template <typename R> struct CosSin {
    R cos, sin;
};

// Turns forward by so many quarters (the two low bits).
template <typename R> __device__ inline CosSin<R> rotate_quarters(u64 quarter, CosSin<R> at) {
    switch (quarter & 3) {
    case 0: return {at.cos, at.sin};
    case 1: return {-at.sin, at.cos};
    case 2: return {-at.cos, -at.sin};
    default: return {at.sin, -at.cos};
    }
}

template <typename R, int N>
__device__ inline R horner(R argument, const R (&coefficients)[N]) {
    R sum = coefficients[N - 1];
    for (int at = N - 2; at >= 0; at--) {
        sum = fused(sum, argument, coefficients[at]);
    }
    return sum;
}

// At t half turns, |t| <= 1/4; `tail` is what t lacks of the angle, in radians.
__device__ inline CosSin<double> cos_sin_polynomials(double t, double tail) {
    const double PI_HIGH = 3.141592653589793;
    const double PI_LOW = 1.12102e-16;
    const double SIN[6] = {
        -5.1677127800499539333,   2.550164039873265997,      -0.59926452893215411035,
        0.082145868949450003401,  -0.0073700183145062322226, 0.00046151443050956995669,
    };
    const double COS[7] = {
        -4.9348022005446792473,   4.0587121264167473578,     -1.3352627688519185607,
        0.2353306301909417195,    -0.025806885654215049372,  0.0019294657587848933106,
        -0.00010356753977239448194,
    };
    double square = t * t;
    double cos = fused(square, horner(square, COS), 1.0);
    double small = fused(t, fused(square, horner(square, SIN), PI_LOW), tail);
    return {cos, fused(t, PI_HIGH, small)};
}

__device__ inline CosSin<float> cos_sin_polynomials(float t) {
    const float PI_HIGH = 3.14159274f;
    const float PI_LOW = (float)(3.14159264342 - (double)PI_HIGH);
    const float SIN[3] = {-5.16770768192f, 2.54976104953f, -0.589012210426f};
    const float COS[4] = {-4.93480216259f, 4.05870726303f, -1.33504456441f, 0.231329716053f};
    float square = t * t;
    float cos = fused(square, horner(square, COS), 1.0f);
    float small = t * fused(square, horner(square, SIN), PI_LOW);
    return {cos, fused(t, PI_HIGH, small)};
}

template <typename R> struct Angle;

template <> struct Angle<double> {
    // At numerator / 2^63 half turns, |numerator| <= 2^61.
    __device__ static CosSin<double> fixed(i64 numerator) {
        const double PI = 3.141592653589793;
        const double UNIT = 1.0 / 9223372036854775808.0;
        double rounded = (double)numerator;
        double lost = (double)(numerator - (i64)rounded);
        return cos_sin_polynomials(rounded * UNIT, lost * (PI * UNIT));
    }

    __device__ static CosSin<double> half_turns(double t) {
        return cos_sin_polynomials(t, 0.0);
    }
};

template <> struct Angle<float> {
    __device__ static CosSin<float> fixed(i64 numerator) {
        const float UNIT = 1.0f / 2147483648.0f;
        i32 high = (i32)((numerator + (1LL << 31)) >> 32);
        return cos_sin_polynomials((float)high * UNIT);
    }

    __device__ static CosSin<float> half_turns(double t) {
        return cos_sin_polynomials((float)t);
    }
};

// The angle `turn`: brought to the nearest quarter in integers, which loses nothing.
template <typename R> __device__ inline CosSin<R> cos_sin(u64 turn) {
    u64 quarter = (turn + (1ULL << 61)) >> 62;
    i64 remainder = (i64)(turn - (quarter << 62));
    return rotate_quarters(quarter, Angle<R>::fixed(remainder));
}

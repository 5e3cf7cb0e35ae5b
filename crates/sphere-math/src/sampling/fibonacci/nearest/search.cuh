// The search for the nearest point of a lattice, as `nearest/mod.rs` explains and proves it.

// A window of longitudes, and the steps between the points in it: see `steps.rs`.
struct Window {
    double east, half, few, few_turn, many, many_turn;
};

// A point of a window: its index, and by how many turns it lies with `east` of the middle.
struct Place {
    double at, across;
};

__device__ inline Place step(const Window &window, Place from, double sign, bool is_short) {
    double few = is_short ? sign : 0.0;
    double points = sign * window.many - few * (window.many - window.few);
    double turned = sign * window.many_turn - few * (2.0 * window.half);
    return {from.at + points, from.across + turned};
}

__device__ inline Place next(const Window &window, Place from) {
    return step(window, from, 1.0, from.across >= window.few_turn - window.half);
}

__device__ inline Place previous(const Window &window, Place from) {
    return step(window, from, -1.0, from.across < window.many_turn - window.half);
}

// How many turns it is eastwards from one longitude to another, in [-1/2, 1/2).
__device__ inline double turns(u64 from, u64 to) {
    return (double)(i64)(to - from) * (1.0 / 18446744073709551616.0);
}

// The nearest whole number, |value| <= 2^51.
__device__ inline double rounded(double value) {
    const double SHIFT = 1.5 * 4503599627370496.0;
    return (value + SHIFT) - SHIFT;
}

// sin(pi t), |t| <= 1/2.
__device__ inline double half_sine(double t) {
    double square = t * t;
    double fourth = square * square;
    double first = 3.1415926535897928787 - 5.1677127800497858227 * square;
    double second = 2.5501640398618676297 - 0.59926452882522400508 * square;
    double third = 0.082145878816310426886 - 0.0073703643265304154774 * square;
    double last = 0.00046598701580433716893 - 0.000021133627352052202012 * square;
    return t * ((first + second * fourth) + (third + last * fourth) * (fourth * fourth));
}

// A direction seen from the nearer pole.
struct Seen {
    double x, y, z;
    bool south;
    double height, from_pole, radius;
    u64 longitude;
    double row;
};

// All points up to some distance: these indices, in this window around the direction.
struct Cap {
    double first, last;
    Window window;
    double enough, doubt;
};

// The edge of the hole around the pole.
struct Edge {
    double radius, squared_gap;
};

struct Guess {
    double at, across;
    u32 most;
};

// The nearest point so far, by estimate, and how near the next best comes.
struct Found {
    double at, estimate, second;

    __device__ void offer(double other_at, double other_estimate) {
        bool nearer = other_estimate < estimate;
        double other = nearer ? estimate : other_estimate;
        second = other < second ? other : second;
        at = nearer ? other_at : at;
        estimate = nearer ? other_estimate : estimate;
    }
};

// A point, by its own distance.
struct Nearest {
    double squared;
    u64 index;
};

// Further, when squared, than any point.
const double BEYOND = 1e300;

struct Search {
    static const u32 WINDOWS = 73;

    Lattice lattice;
    double end, offset, covering;
    // The windows, six f64 each, and phi^(2 i).
    const u32 *windows, *squares;

    __device__ Window window(u32 at) const {
        const u32 *words = windows + 12 * at;
        return {
            f64_at(words, 0), f64_at(words, 2), f64_at(words, 4),
            f64_at(words, 6), f64_at(words, 8), f64_at(words, 10),
        };
    }

    // The greatest i with phi^(2 i) <= `square`, within the table; 0 if there is none.
    __device__ u32 window_of(double square) const {
        u64 octave = ((u64)__double_as_longlong(fmax(square, 1.0)) >> 52) - 1023;
        u64 bound = (octave * 47199) >> 16;
        u32 at = (u32)(bound < WINDOWS - 1 ? bound : WINDOWS - 1);
        at += f64_at(squares, 2 * (at + 1)) <= square ? 1 : 0;
        return at < WINDOWS - 1 ? at : WINDOWS - 1;
    }

    __device__ Seen see(double x, double y, double z, double scale) const {
        Seen seen;
        u64 eastwards = azimuth(x, y);
        seen.x = x * scale, seen.y = y * scale, seen.z = z * scale;
        seen.south = seen.z < 0.0;
        seen.height = fabs(seen.z);
        double squared = seen.x * seen.x + seen.y * seen.y;
        seen.from_pole = squared / (1.0 + seen.height);
        seen.row = seen.from_pole * (0.5 * lattice.steps) - offset;
        u64 westwards = golden_turn(lattice.last) - eastwards;
        seen.longitude = seen.south ? westwards : eastwards;
        seen.radius = root(squared);
        return seen;
    }

    // The squared distance to a point, from rows and longitudes.
    __device__ double estimate(const Seen &seen, Place place) const {
        double mirrored = end - place.at;
        double row = place.at < mirrored ? place.at : mirrored;
        double from_pole = 2.0 * lattice.per_step * (row + offset);
        double radius = root(from_pole * (2.0 - from_pole));
        double down = 2.0 * lattice.per_step * (place.at - seen.row);
        double out = radius - seen.radius;
        double sine = half_sine(place.across);
        return down * down + out * out + 4.0 * (radius * seen.radius) * (sine * sine);
    }

    __device__ u32 basis(double squared_radius) const {
        const double SQUARE_BASIS = 3.14159265358979323846 * 2.23606797749979;
        u32 at = window_of(SQUARE_BASIS * lattice.steps * squared_radius);
        return at > 0 ? at - 1 : 0;
    }

    __device__ Edge edge(const Seen &seen) const {
        double from_pole = 2.0 * offset * lattice.per_step;
        double radius = root(from_pole * (2.0 - from_pole));
        double along = from_pole - seen.from_pole, across = radius - seen.radius;
        return {radius, along * along + across * across};
    }

    __device__ u32 basis_in_hole(const Seen &seen) const {
        const double TAU = 2.0 * 3.14159265358979323846;
        Edge rim = edge(seen);
        double gap = root(rim.squared_gap);
        double per_row = 2.0 * lattice.per_step / rim.radius;
        for (u32 at = basis(seen.radius * rim.radius);; at--) {
            Window steps = window(at);
            double rows = per_row * steps.many;
            double turned = TAU * steps.few_turn;
            double across = seen.radius * rim.radius * turned * turned;
            if (at == 0 || rows * (2.0 * gap + rows) <= across) {
                return at;
            }
        }
    }

    // A point close by, and the window that it is sure to be in.
    __device__ Guess guess(const Seen &seen) const {
        u32 most = seen.row < 0.0 ? basis_in_hole(seen) : basis(seen.radius * seen.radius);
        Window steps = window(most);
        while (most > 0 && steps.few + steps.many > end) {
            most--;
            steps = window(most);
        }
        double reach = 0.5 * (steps.few + steps.many);
        double row = fmax(fmin(seen.row, end - reach), reach);
        double turned = steps.east * turns(0, seen.longitude);
        double a = rounded(row * steps.many_turn - turned * steps.many);
        double b = rounded(row * steps.few_turn + turned * steps.few);
        // In integers: either product may be above 2^53 if most steps lie off the poles.
        i64 sum = (i64)a * (i64)steps.few + (i64)b * (i64)steps.many;
        double at = fmax(fmin((double)sum, end), 0.0);
        return {at, turns(seen.longitude, golden_turn((u64)at)), most};
    }

    // 1 / sin² of the longitude that points reach to, in a cap around a direction in the hole.
    __device__ double square_in_hole(const Seen &seen, double squared) const {
        Edge rim = edge(seen);
        double half = (squared - rim.squared_gap) / (4.0 * seen.radius * rim.radius);
        return half < 0.25 ? 0.25 / half : 0.0;
    }

    // Where points are up to a distance, by estimate.
    __device__ Cap cap(const Seen &seen, double distance, u32 most, double enough) const {
        const double PI = 3.14159265358979323846, RELATIVE = 1e-12, ABSOLUTE = 1e-14;
        const double EXCESS = 2.0 * (PI / 2.0 - 1.0);
        distance = distance * (1.0 + RELATIVE) + ABSOLUTE;
        double squared = distance * distance;
        double sine = distance, square = seen.radius * seen.radius / squared;
        if (seen.row < 0.0) {
            sine *= root(fmax(1.0 - 0.25 * squared, 0.0));
            square = fmax(square, square_in_hole(seen, squared));
        }
        double half_steps = 0.5 * lattice.steps;
        double middle = seen.row + seen.height * (0.5 * squared) * half_steps;
        double reach = seen.radius * sine * half_steps + 1.0;
        u32 at = window_of((PI * PI) * (square - EXCESS));
        Cap cap;
        cap.first = squared >= 2.0 * seen.from_pole ? 0.0 : fmax(middle - reach, 0.0);
        cap.last = squared >= 2.0 * (1.0 + seen.height) ? end : fmin(middle + reach, end);
        cap.window = window(at < most ? at : most);
        cap.enough = enough;
        cap.doubt = 3.0 * (RELATIVE * squared + ABSOLUTE * distance);
        return cap;
    }

    // The nearest point of a cap, or of those beside it that the walk goes by.
    __device__ Found walk(const Seen &seen, const Cap &cap, Guess guess) const {
        Place middle = {guess.at, cap.window.east * guess.across};
        Found found = {middle.at, estimate(seen, middle), BEYOND};
        Place place = next(cap.window, middle);
        for (; place.at <= cap.last; place = next(cap.window, place)) {
            found.offer(place.at, estimate(seen, place));
        }
        place = previous(cap.window, middle);
        for (; place.at >= cap.first; place = previous(cap.window, place)) {
            found.offer(place.at, estimate(seen, place));
        }
        return found;
    }

    // The same walk, with the distances of the points themselves; of several, the lowest index.
    __device__ u64 settle(const Seen &seen, const Cap &cap, Guess guess) const {
        Place middle = {guess.at, cap.window.east * guess.across};
        Nearest best = {BEYOND, ~0ULL};
        offer(best, seen, middle.at);
        Place place = next(cap.window, middle);
        for (; place.at <= cap.last; place = next(cap.window, place)) {
            offer(best, seen, place.at);
        }
        place = previous(cap.window, middle);
        for (; place.at >= cap.first; place = previous(cap.window, place)) {
            offer(best, seen, place.at);
        }
        return best.index;
    }

    __device__ void offer(Nearest &best, const Seen &seen, double at) const {
        u64 number = index(seen, at);
        Row<double, 3> point = lattice.point<double>(number);
        double x = point.values[0] - seen.x, y = point.values[1] - seen.y;
        double z = point.values[2] - seen.z;
        double squared = x * x + y * y + z * z;
        if (squared < best.squared || (squared == best.squared && number < best.index)) {
            best = {squared, number};
        }
    }

    // The index of a point that is counted from the pole that `seen` is seen from.
    __device__ u64 index(const Seen &seen, double at) const {
        return seen.south ? lattice.last - (u64)at : (u64)at;
    }

    // The index of the nearest point, once a cap was large enough.
    __device__ u64 nearest_to(const Seen &seen) const {
        Guess start = guess(seen);
        Cap around = cap(seen, covering, start.most, 0.99 * covering * covering);
        Found found = walk(seen, around, start);
        while (found.estimate > around.enough) {
            around = cap(seen, root(found.estimate), start.most, BEYOND);
            found = walk(seen, around, start);
        }
        bool clear = found.second > found.estimate + around.doubt;
        return clear ? index(seen, found.at) : settle(seen, around, start);
    }
};

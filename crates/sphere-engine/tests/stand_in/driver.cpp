// A stand-in for the driver of CUDA on machines without a GPU: a library of the same name with the
// functions that the engine calls, which runs the kernels on the processor. It finds what a real driver need
// not notice: handles that are not alive, a thread without a context, arguments that are not as
// documented, memory that is not the device's, and what is left when the context is given up.
//
// What is queued is done at once. The kernel `sphere_poison` is not run: it is known to lose the context. STAND_IN_VERSION and STAND_IN_DEVICES say what is found;
// STAND_IN_FAILS=cuMemPoolCreate=2 has a call fail with that number.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "device.hpp"

struct Entry {
    const char *name;
    Kernel *kernel;
};

// Each kernel in a namespace of its own, then `KERNELS`, the array of their entries. Written by the test.
#include "kernels.inc"

namespace {

const int INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NOT_INITIALIZED = 3, NO_DEVICE = 100, INVALID_IMAGE = 200,
          INVALID_CONTEXT = 201, INVALID_HANDLE = 400, NOT_FOUND = 500, ILLEGAL_ADDRESS = 700, ALREADY_REGISTERED = 712,
          NOT_REGISTERED = 713;

typedef unsigned long long Address;

struct Event {
    bool tells_time;
    std::chrono::steady_clock::time_point at;
};

struct Pool {
    Address kept;
};

// As the header has it.
struct PoolProperties {
    int type, handles, place, number;
    void *security;
    size_t most;
    unsigned short usage;
    unsigned char reserved[54];
};
static_assert(sizeof(PoolProperties) == 88);

const size_t ALL_BYTES = size_t{8} << 30;
// Where the device sees what the host has registered.
const Address MAPPED = Address{1} << 60;

std::mutex calls;
int context, retained;
bool is_initialised;
thread_local void *current;
std::set<void *> streams, events, modules, pools;
std::map<Address, size_t> memory, registered;
size_t taken;
// After a kernel has written where no memory is, what every call says in this process.
int lost;

int number_from(const char *variable, int otherwise) {
    const char *text = std::getenv(variable);
    return text ? std::atoi(text) : otherwise;
}

// What STAND_IN_FAILS says of a call.
int failure(const char *call) {
    const char *text = std::getenv("STAND_IN_FAILS");
    size_t length = std::strlen(call);
    bool is_meant = text && !std::strncmp(text, call, length) && text[length] == '=';
    return is_meant ? std::atoi(text + length + 1) : 0;
}

bool lies_in(const std::map<Address, size_t> &ranges, Address start, size_t bytes) {
    auto after = ranges.upper_bound(start);
    if (after == ranges.begin()) {
        return false;
    }
    auto range = std::prev(after);
    size_t before = start - range->first;
    return before <= range->second && bytes <= range->second - before;
}

// Where that many bytes of the device are here; null if they are not the device's.
char *here(Address start, size_t bytes) {
    if (lies_in(memory, start, bytes)) {
        return (char *)start;
    }
    bool is_mapped = start >= MAPPED && lies_in(registered, start - MAPPED, bytes);
    return is_mapped ? (char *)(start - MAPPED) : nullptr;
}

bool is_alive(const std::set<void *> &handles, void *handle) { return handles.count(handle) != 0; }

} // namespace

// One call at a time.
#define BEGIN                                                                                               \
    std::lock_guard<std::mutex> guard(calls);                                                              \
    if (int code = failure(__func__)) {                                                                    \
        return code;                                                                                       \
    }
#define NEEDS(condition, otherwise)                                                                         \
    if (!(condition)) {                                                                                    \
        std::fprintf(stderr, "stand-in: %s: not so: %s\n", __func__, #condition);                          \
        return otherwise;                                                                                  \
    }
#define IN_CONTEXT                                                                                          \
    BEGIN                                                                                                  \
    NEEDS(retained > 0 && current == &context, INVALID_CONTEXT)                                            \
    if (lost) {                                                                                            \
        return lost;                                                                                       \
    }

extern "C" {

int cuInit(unsigned flags) {
    BEGIN
    NEEDS(flags == 0, INVALID_VALUE)
    if (number_from("STAND_IN_DEVICES", 1) == 0) {
        return NO_DEVICE;
    }
    is_initialised = true;
    return 0;
}

int cuDriverGetVersion(int *version) {
    BEGIN
    *version = number_from("STAND_IN_VERSION", 12080);
    return 0;
}

int cuGetErrorName(unsigned code, const char **name) {
    static const std::map<unsigned, const char *> NAMES = {
        {1, "CUDA_ERROR_INVALID_VALUE"},   {2, "CUDA_ERROR_OUT_OF_MEMORY"},    {100, "CUDA_ERROR_NO_DEVICE"},
        {200, "CUDA_ERROR_INVALID_IMAGE"}, {201, "CUDA_ERROR_INVALID_CONTEXT"}, {400, "CUDA_ERROR_INVALID_HANDLE"},
        {500, "CUDA_ERROR_NOT_FOUND"},     {700, "CUDA_ERROR_ILLEGAL_ADDRESS"},
    };
    auto found = NAMES.find(code);
    *name = found == NAMES.end() ? nullptr : found->second;
    return found == NAMES.end() ? INVALID_VALUE : 0;
}

int cuDeviceGetCount(int *count) {
    BEGIN
    NEEDS(is_initialised, NOT_INITIALIZED)
    *count = 1;
    return 0;
}

int cuDeviceGet(int *device, int number) {
    BEGIN
    NEEDS(is_initialised && number == 0, INVALID_VALUE)
    *device = 0;
    return 0;
}

int cuDeviceGetName(char *name, int bytes, int device) {
    BEGIN
    NEEDS(bytes > 32 && device == 0, INVALID_VALUE)
    std::strcpy(name, "stand-in on the processor");
    return 0;
}

int cuDeviceTotalMem_v2(size_t *bytes, int device) {
    BEGIN
    NEEDS(device == 0, INVALID_VALUE)
    *bytes = ALL_BYTES;
    return 0;
}

int cuDeviceGetAttribute(int *value, int attribute, int device) {
    BEGIN
    NEEDS(device == 0, INVALID_VALUE)
    // The compute capability, memory pools, mapped host memory.
    static const std::map<int, int> VALUES = {{75, 9}, {76, 0}, {115, 1}, {19, 1}};
    NEEDS(VALUES.count(attribute), INVALID_VALUE)
    *value = VALUES.at(attribute);
    return 0;
}

int cuDevicePrimaryCtxRetain(void **made, int device) {
    BEGIN
    NEEDS(is_initialised && device == 0, INVALID_VALUE)
    retained++;
    *made = &context;
    return 0;
}

int cuDevicePrimaryCtxRelease_v2(int device) {
    BEGIN
    NEEDS(device == 0 && retained > 0, INVALID_CONTEXT)
    retained--;
    size_t left = streams.size() + events.size() + modules.size() + pools.size() + memory.size() +
                  registered.size();
    if (retained == 0 && left && !lost) {
        std::fprintf(stderr,
                     "stand-in: left: %zu streams, %zu events, %zu modules, %zu pools, %zu pieces of memory, "
                     "%zu registrations\n",
                     streams.size(), events.size(), modules.size(), pools.size(), memory.size(),
                     registered.size());
        std::abort();
    }
    return 0;
}

int cuCtxSetCurrent(void *made) {
    BEGIN
    NEEDS(made == &context, INVALID_CONTEXT)
    current = made;
    return 0;
}

int cuMemGetInfo_v2(size_t *free, size_t *total) {
    IN_CONTEXT
    *free = ALL_BYTES - taken;
    *total = ALL_BYTES;
    return 0;
}

int cuMemPoolCreate(void **made, const PoolProperties *properties) {
    IN_CONTEXT
    PoolProperties right;
    std::memset(&right, 0, sizeof right);
    right.type = 1;
    right.place = 1;
    NEEDS(!std::memcmp(properties, &right, sizeof right), INVALID_VALUE)
    *made = new Pool{0};
    pools.insert(*made);
    return 0;
}

int cuMemPoolDestroy(void *pool) {
    IN_CONTEXT
    NEEDS(pools.erase(pool), INVALID_VALUE)
    delete (Pool *)pool;
    return 0;
}

int cuMemPoolSetAttribute(void *pool, int attribute, void *value) {
    IN_CONTEXT
    NEEDS(is_alive(pools, pool) && attribute == 4, INVALID_VALUE)
    ((Pool *)pool)->kept = *(Address *)value;
    return 0;
}

int cuMemPoolTrimTo(void *pool, size_t) {
    IN_CONTEXT
    NEEDS(is_alive(pools, pool), INVALID_VALUE)
    return 0;
}

int cuMemAllocFromPoolAsync(Address *start, size_t bytes, void *pool, void *stream) {
    IN_CONTEXT
    NEEDS(is_alive(pools, pool) && ((Pool *)pool)->kept == ~Address{0}, INVALID_VALUE)
    NEEDS(is_alive(streams, stream) && bytes > 0, INVALID_VALUE)
    if (bytes > ALL_BYTES - taken) {
        return OUT_OF_MEMORY;
    }
    void *made = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
    NEEDS(made, OUT_OF_MEMORY)
    std::memset(made, 0x5a, bytes);
    *start = (Address)made;
    memory[*start] = bytes;
    taken += bytes;
    return 0;
}

int cuMemFreeAsync(Address start, void *stream) {
    IN_CONTEXT
    NEEDS(is_alive(streams, stream) && memory.count(start), INVALID_VALUE)
    taken -= memory[start];
    memory.erase(start);
    std::free((void *)start);
    return 0;
}

int cuMemHostRegister_v2(void *start, size_t bytes, unsigned flags) {
    IN_CONTEXT
    NEEDS(start && bytes && flags == 3, INVALID_VALUE)
    // Whole pages are locked: two ranges may not share one.
    const Address PAGE = 4096;
    Address first = (Address)start / PAGE * PAGE, end = ((Address)start + bytes + PAGE - 1) / PAGE * PAGE;
    for (auto &[other, length] : registered) {
        if (other / PAGE * PAGE < end && first < (other + length + PAGE - 1) / PAGE * PAGE) {
            return ALREADY_REGISTERED;
        }
    }
    registered[(Address)start] = bytes;
    return 0;
}

int cuMemHostUnregister(void *start) {
    IN_CONTEXT
    return registered.erase((Address)start) ? 0 : NOT_REGISTERED;
}

int cuMemHostGetDevicePointer_v2(Address *seen, void *start, unsigned flags) {
    IN_CONTEXT
    NEEDS(flags == 0 && lies_in(registered, (Address)start, 1), INVALID_VALUE)
    *seen = (Address)start + MAPPED;
    return 0;
}

int cuStreamCreate(void **made, unsigned flags) {
    IN_CONTEXT
    NEEDS(flags == 1, INVALID_VALUE)
    *made = new char;
    streams.insert(*made);
    return 0;
}

int cuStreamDestroy_v2(void *stream) {
    IN_CONTEXT
    NEEDS(streams.erase(stream), INVALID_HANDLE)
    delete (char *)stream;
    return 0;
}

int cuStreamSynchronize(void *stream) {
    IN_CONTEXT
    NEEDS(is_alive(streams, stream), INVALID_HANDLE)
    return 0;
}

int cuStreamWaitEvent(void *stream, void *event, unsigned flags) {
    IN_CONTEXT
    NEEDS(is_alive(streams, stream) && is_alive(events, event) && flags == 0, INVALID_HANDLE)
    return 0;
}

int cuEventCreate(void **made, unsigned flags) {
    IN_CONTEXT
    NEEDS(flags <= 3, INVALID_VALUE)
    *made = new Event{(flags & 2) == 0, {}};
    events.insert(*made);
    return 0;
}

int cuEventDestroy_v2(void *event) {
    IN_CONTEXT
    NEEDS(events.erase(event), INVALID_HANDLE)
    delete (Event *)event;
    return 0;
}

int cuEventRecord(void *event, void *stream) {
    IN_CONTEXT
    NEEDS(is_alive(streams, stream) && is_alive(events, event), INVALID_HANDLE)
    ((Event *)event)->at = std::chrono::steady_clock::now();
    return 0;
}

int cuEventSynchronize(void *event) {
    IN_CONTEXT
    NEEDS(is_alive(events, event), INVALID_HANDLE)
    return 0;
}

int cuEventElapsedTime(float *milliseconds, void *first, void *last) {
    IN_CONTEXT
    NEEDS(is_alive(events, first) && is_alive(events, last), INVALID_HANDLE)
    Event *from = (Event *)first, *to = (Event *)last;
    NEEDS(from->tells_time && to->tells_time, INVALID_HANDLE)
    *milliseconds = std::chrono::duration<float, std::milli>(to->at - from->at).count();
    return 0;
}

int cuModuleLoadData(void **made, const void *image) {
    IN_CONTEXT
    if (std::memcmp(image, "\x7f" "ELF", 4)) {
        return INVALID_IMAGE;
    }
    *made = new char;
    modules.insert(*made);
    return 0;
}

int cuModuleUnload(void *module) {
    IN_CONTEXT
    NEEDS(modules.erase(module), INVALID_HANDLE)
    delete (char *)module;
    return 0;
}

int cuModuleGetFunction(const void **function, void *module, const char *name) {
    IN_CONTEXT
    NEEDS(is_alive(modules, module), INVALID_HANDLE)
    for (const Entry &entry : KERNELS) {
        if (!std::strcmp(entry.name, name)) {
            *function = &entry;
            return 0;
        }
    }
    return NOT_FOUND;
}

int cuLaunchKernel(const Entry *function, unsigned groups, unsigned groups_y, unsigned groups_z, unsigned threads,
                   unsigned threads_y, unsigned threads_z, unsigned shared_bytes, void *stream, void **arguments,
                   void **extra) {
    IN_CONTEXT
    NEEDS(groups_y == 1 && groups_z == 1 && threads_y == 1 && threads_z == 1, INVALID_VALUE)
    NEEDS(groups > 0 && threads > 0 && threads <= 1024 && !shared_bytes && !extra, INVALID_VALUE)
    NEEDS(is_alive(streams, stream), INVALID_HANDLE)
    NEEDS((uintptr_t)arguments[1] % 16 == 0, INVALID_VALUE)
    uint4 header = *(uint4 *)arguments[1];
    if (!function->kernel) {
        // The launch succeeds: it is what comes after it that is told.
        lost = ILLEGAL_ADDRESS;
        return 0;
    }
    NEEDS((Address)groups * threads >= header.z, INVALID_VALUE)
    // At least one word a point; how many a kernel reads, it knows alone.
    char *out = here(*(Address *)arguments[0], 4 * (size_t)header.z);
    char *parameters = here(*(Address *)arguments[2], 4), *table = here(*(Address *)arguments[3], 4);
    NEEDS(out && parameters && table, INVALID_VALUE)
    blockDim.x = threads;
    for (blockIdx.x = 0; blockIdx.x < groups; blockIdx.x++) {
        for (threadIdx.x = 0; threadIdx.x < threads; threadIdx.x++) {
            function->kernel((unsigned *)out, header, (const unsigned *)parameters, (const unsigned *)table);
        }
    }
    return 0;
}

int cuMemcpyDtoHAsync_v2(void *to, Address from, size_t bytes, void *stream) {
    IN_CONTEXT
    NEEDS(is_alive(streams, stream) && here(from, bytes), INVALID_VALUE)
    std::memcpy(to, here(from, bytes), bytes);
    return 0;
}

int cuMemcpyHtoDAsync_v2(Address to, const void *from, size_t bytes, void *stream) {
    IN_CONTEXT
    NEEDS(is_alive(streams, stream) && here(to, bytes), INVALID_VALUE)
    std::memcpy(here(to, bytes), from, bytes);
    return 0;
}

int cuMemcpyDtoDAsync_v2(Address to, Address from, size_t bytes, void *stream) {
    IN_CONTEXT
    NEEDS(is_alive(streams, stream) && here(to, bytes) && here(from, bytes), INVALID_VALUE)
    std::memcpy(here(to, bytes), here(from, bytes), bytes);
    return 0;
}

} // extern "C"

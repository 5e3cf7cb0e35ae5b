// A stand-in for NVRTC, the compiler of CUDA, beside the one for the driver: what it makes of every text is an
// image without sections, which the other takes for any kernel. The real one crashes beside that: it asks the
// driver for functions that are not documented.

#include <cstddef>
#include <cstring>

namespace {

const size_t HEADER = 64;
const char LOG[] = "";

int program;

} // namespace

extern "C" {

int nvrtcVersion(int *major, int *minor) {
    *major = 12;
    *minor = 0;
    return 0;
}

int nvrtcCreateProgram(
    void **made, const char *, const char *, int, const char *const *, const char *const *
) {
    *made = &program;
    return 0;
}

int nvrtcDestroyProgram(void **made) {
    *made = nullptr;
    return 0;
}

int nvrtcCompileProgram(void *, int, const char *const *) {
    return 0;
}

int nvrtcGetCUBINSize(void *, size_t *bytes) {
    *bytes = HEADER;
    return 0;
}

int nvrtcGetCUBIN(void *, char *image) {
    std::memset(image, 0, HEADER);
    std::memcpy(image, "\x7f" "ELF\x02\x01", 6);
    return 0;
}

int nvrtcGetProgramLogSize(void *, size_t *bytes) {
    *bytes = sizeof LOG;
    return 0;
}

int nvrtcGetProgramLog(void *, char *log) {
    std::memcpy(log, LOG, sizeof LOG);
    return 0;
}

} // extern "C"

"""nvrtc.py FOLDER ARCHITECTURE...: compiles every .cu file in a folder with NVRTC.

Exit status 1 if one does not compile, with the compiler's log, or if an operation on floating-point
numbers is not one that IEEE 754 rounds once. With --version: says which NVRTC there is.
"""

import ctypes
import pathlib
import re
import sys

# As the engine has them. The others that matter are the defaults: --ftz=false, --prec-div=true.
OPTIONS = ["--std=c++17", "--fmad=false"]

# In PTX, an add, sub or mul without a rounding may be contracted into an fma by what compiles it next;
# approximations and flushed denormals say so in their names.
INEXACT = re.compile(
    r"^\s*(?:@!?%p\d+\s+)?((?:add|sub|mul)\.f(?:32|64)|mad\.\S*f(?:32|64)|\S*\.(?:ftz|approx|full)\S*)\s.*$",
    re.MULTILINE,
)


def load():
    """The library of the wheel `nvidia-cuda-nvrtc-cu12`."""
    import nvidia.cuda_nvrtc

    folder = pathlib.Path(nvidia.cuda_nvrtc.__path__[0]) / "lib"
    # It looks for the other one by its name only.
    ctypes.CDLL(str(next(folder.glob("libnvrtc-builtins.so.*"))), mode=ctypes.RTLD_GLOBAL)
    return ctypes.CDLL(str(next(folder.glob("libnvrtc.so.*"))))


class Failure(Exception):
    pass


class Compiler:
    def __init__(self):
        self.nvrtc = load()
        self.nvrtc.nvrtcGetErrorString.restype = ctypes.c_char_p

    def call(self, name, *arguments):
        status = getattr(self.nvrtc, name)(*arguments)
        if status:
            raise Failure(f"{name}: {self.nvrtc.nvrtcGetErrorString(status).decode()}")

    def version(self):
        major, minor = ctypes.c_int(), ctypes.c_int()
        self.call("nvrtcVersion", ctypes.byref(major), ctypes.byref(minor))
        return f"{major.value}.{minor.value}"

    def output(self, program, what):
        size = ctypes.c_size_t()
        self.call(f"nvrtcGet{what}Size", program, ctypes.byref(size))
        text = ctypes.create_string_buffer(size.value)
        self.call(f"nvrtcGet{what}", program, text)
        return text.raw

    def compile(self, text, name, architecture):
        """PTX and cubin. For an architecture sm_N both come from one run."""
        program = ctypes.c_void_p()
        self.call("nvrtcCreateProgram", ctypes.byref(program), text, name.encode(), 0, None, None)
        options = [option.encode() for option in [*OPTIONS, f"--gpu-architecture={architecture}"]]
        array = (ctypes.c_char_p * len(options))(*options)
        try:
            self.call("nvrtcCompileProgram", program, len(options), array)
            return self.output(program, "PTX").decode(), self.output(program, "CUBIN")
        except Failure as failure:
            log = self.output(program, "ProgramLog").rstrip(b"\0\n").decode()
            raise Failure(f"{name} for {architecture}: {failure}\n{log}") from None
        finally:
            self.call("nvrtcDestroyProgram", ctypes.byref(program))


def check(compiler, path, architecture):
    ptx, cubin = compiler.compile(path.read_bytes(), path.name, architecture)
    if not cubin.startswith(b"\x7fELF"):
        raise Failure(f"{path.name} for {architecture}: no cubin")
    for found in INEXACT.finditer(ptx):
        raise Failure(f"{path.name} for {architecture}: not rounded once: {found[0].strip()}")
    return len(cubin)


def main(arguments):
    compiler = Compiler()
    if arguments == ["--version"]:
        print(f"NVRTC {compiler.version()}")
        return 0
    folder, *architectures = arguments
    paths = sorted(pathlib.Path(folder).glob("*.cu"))
    if not paths:
        print(f"no .cu file in {folder}")
        return 1
    failures = 0
    for path in paths:
        sizes = []
        for architecture in architectures:
            try:
                sizes.append(f"{architecture} {check(compiler, path, architecture):,} bytes")
            except Failure as failure:
                print(failure)
                failures += 1
        print(f"{path.stem}: {', '.join(sizes)}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

#!/usr/bin/env python3
"""Libraries that stand in for those of CUDA, so that Python can load torch where only its CPU part is installed.

    stand_ins.py LIBTORCH_FOLDER OUTPUT_FOLDER

torch's Python module links the wheel's CUDA part, and that links 3 GB of libraries which a CPU never calls. The
stand-ins have the missing libraries' names and functions; a function that is called after all ends the process.
"""
import pathlib
import re
import subprocess
import sys


def printed(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main():
    libtorch, output = map(pathlib.Path, sys.argv[1:])
    there = list(libtorch.rglob("*.so*"))
    users = [path for path in there if path.name in ("libtorch_global_deps.so", "libtorch_python.so", "libtorch_cuda.so",
                                                     "libtorch_nvshmem.so", "libc10_cuda.so")]
    needed = set(re.findall(r"NEEDED.*\[(.+)\]", printed("readelf", "-d", *map(str, users))))
    missing = sorted(name for name in needed - {path.name for path in there} if name.startswith(("libcu", "libnccl", "libnvshmem")))
    if not missing:
        return
    defined = set(re.findall(r" [TW] (\w+)", printed("nm", "-D", "--defined-only", *map(str, [*users, *libtorch.rglob("libcudart.so*")]))))
    # A function that carries a version is looked for in the library which that version names.
    library_of = {}
    for part in re.split(r"File: ", printed("readelf", "-VW", *map(str, users)))[1:]:
        for version in re.findall(r"Name: (\S+)", part):
            library_of[version] = part.split()[0]
    functions = {name: {} for name in missing}
    for name, version in re.findall(r" U ((?:cu|nccl|nvshmem)\w+)(?:@(\S+))?", printed("nm", "-D", "--undefined-only", *map(str, users))):
        library = library_of.get(version, missing[-1])
        if name not in defined and library in functions:
            functions[library].setdefault(version, set()).add(name)
    output.mkdir(parents=True, exist_ok=True)
    source, versions = output / "stand_in.c", output / "versions"
    for library, by_version in functions.items():
        names = sorted(set().union(*by_version.values()))
        source.write_text("".join(f"void {name}(void) {{ __builtin_trap(); }}\n" for name in names))
        nodes = [f"{version} {{ {'; '.join(sorted(by_version[version]))}; }};\n" for version in by_version if version]
        versions.write_text("".join(nodes) or "{ *; };\n")
        subprocess.run(["gcc", "-shared", "-fPIC", "-w", f"-Wl,-soname,{library}", f"-Wl,--version-script={versions}",
                        "-o", str(output / library), str(source)], check=True)


if __name__ == "__main__":
    main()

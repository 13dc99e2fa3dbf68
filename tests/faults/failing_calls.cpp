// Loaded before the C library (LD_PRELOAD) into a program whose system calls on files are to fail.
// It counts the calls that concern files in one folder and lets one of them, or all from it on,
// fail, or ends the program there. Environment:
//
//   FAULT_FOLDER   files below it count, named by descriptor or by path; relative paths do too
//   FAULT_AT       number of the call, from 1 on; 0 = none
//   FAULT_AS       error: this call fails; sticky: it and all later ones; kill: SIGKILL before it;
//                  torn: half of a write is done, then SIGKILL
//   FAULT_CODE     the errno of failing calls
//   FAULT_COUNT    a file, outside the folder, that gets the number of calls at the end

// `open` and `open64` have names of their own here, since programs call either.
#undef _FILE_OFFSET_BITS

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>

namespace {

struct Plan {
    const char* folder = getenv("FAULT_FOLDER");
    const char* as = getenv("FAULT_AS");
    const char* count = getenv("FAULT_COUNT");
    long at = number("FAULT_AT", 0);
    int code = static_cast<int>(number("FAULT_CODE", EIO));

    static long number(const char* name, long otherwise) {
        const char* text = getenv(name);
        return text != nullptr ? atol(text) : otherwise;
    }
    bool is(const char* way) const { return as != nullptr && strcmp(as, way) == 0; }
};

const Plan& plan() {
    static const Plan chosen;
    return chosen;
}

std::atomic<long> g_calls{0};

bool concerns(const char* path) {
    if (path == nullptr || plan().folder == nullptr) return false;
    return path[0] != '/' || strncmp(path, plan().folder, strlen(plan().folder)) == 0;
}

// Standard streams do not concern the folder, wherever they lead.
bool concerns(int descriptor) {
    if (descriptor <= STDERR_FILENO) return false;
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    const ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return false;
    path[length] = '\0';
    return path[0] == '/' && concerns(path);
}

/// Counts a call; whether it shall fail.
bool fails() {
    const long call = ++g_calls;
    if (plan().at == 0 || (plan().is("sticky") ? call < plan().at : call != plan().at))
        return false;
    if (plan().is("kill")) kill(getpid(), SIGKILL);
    errno = plan().code;
    return true;
}

template <typename Function>
Function next(const char* name) {
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

struct AtEnd {
    ~AtEnd() {
        const char* file = plan().count;
        if (file == nullptr) return;
        if (FILE* out = fopen(file, "w")) {
            fprintf(out, "%ld\n", g_calls.load());
            fclose(out);
        }
    }
} g_at_end;

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
    static const auto real = next<int (*)(const char*, int, ...)>("open");
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return concerns(path) && fails() ? -1 : real(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return open(path, flags, mode);
}

FILE* fopen(const char* path, const char* mode) {
    static const auto real = next<FILE* (*)(const char*, const char*)>("fopen");
    return concerns(path) && fails() ? nullptr : real(path, mode);
}

FILE* fopen64(const char* path, const char* mode) {
    return fopen(path, mode);
}

ssize_t read(int descriptor, void* buffer, size_t count) {
    static const auto real = next<ssize_t (*)(int, void*, size_t)>("read");
    return concerns(descriptor) && fails() ? -1 : real(descriptor, buffer, count);
}

ssize_t pread(int descriptor, void* buffer, size_t count, off_t offset) {
    static const auto real = next<ssize_t (*)(int, void*, size_t, off_t)>("pread");
    return concerns(descriptor) && fails() ? -1 : real(descriptor, buffer, count, offset);
}

ssize_t pread64(int descriptor, void* buffer, size_t count, off_t offset) {
    return pread(descriptor, buffer, count, offset);
}

ssize_t write(int descriptor, const void* buffer, size_t count) {
    static const auto real = next<ssize_t (*)(int, const void*, size_t)>("write");
    if (!concerns(descriptor) || !fails()) return real(descriptor, buffer, count);
    if (!plan().is("torn")) return -1;
    real(descriptor, buffer, count / 2);
    kill(getpid(), SIGKILL);
    return -1;
}

ssize_t writev(int descriptor, const struct iovec* parts, int count) {
    static const auto real = next<ssize_t (*)(int, const struct iovec*, int)>("writev");
    return concerns(descriptor) && fails() ? -1 : real(descriptor, parts, count);
}

int fsync(int descriptor) {
    static const auto real = next<int (*)(int)>("fsync");
    return concerns(descriptor) && fails() ? -1 : real(descriptor);
}

int fdatasync(int descriptor) {
    static const auto real = next<int (*)(int)>("fdatasync");
    return concerns(descriptor) && fails() ? -1 : real(descriptor);
}

int ftruncate(int descriptor, off_t length) {
    static const auto real = next<int (*)(int, off_t)>("ftruncate");
    return concerns(descriptor) && fails() ? -1 : real(descriptor, length);
}

int ftruncate64(int descriptor, off_t length) {
    return ftruncate(descriptor, length);
}

// A close that fails has closed all the same.
int close(int descriptor) {
    static const auto real = next<int (*)(int)>("close");
    const bool failed = concerns(descriptor) && fails();
    const int code = errno, result = real(descriptor);
    if (!failed) return result;
    errno = code;
    return -1;
}

int rename(const char* from, const char* to) {
    static const auto real = next<int (*)(const char*, const char*)>("rename");
    return concerns(from) && fails() ? -1 : real(from, to);
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to,
              unsigned int flags) {
    static const auto real =
        next<int (*)(int, const char*, int, const char*, unsigned int)>("renameat2");
    return concerns(from) && fails() ? -1 : real(from_folder, from, to_folder, to, flags);
}

int link(const char* from, const char* to) {
    static const auto real = next<int (*)(const char*, const char*)>("link");
    return concerns(from) && fails() ? -1 : real(from, to);
}

int unlink(const char* path) {
    static const auto real = next<int (*)(const char*)>("unlink");
    return concerns(path) && fails() ? -1 : real(path);
}

int remove(const char* path) {
    static const auto real = next<int (*)(const char*)>("remove");
    return concerns(path) && fails() ? -1 : real(path);
}

int mkdir(const char* path, mode_t mode) {
    static const auto real = next<int (*)(const char*, mode_t)>("mkdir");
    return concerns(path) && fails() ? -1 : real(path, mode);
}

int flock(int descriptor, int operation) {
    static const auto real = next<int (*)(int, int)>("flock");
    return concerns(descriptor) && fails() ? -1 : real(descriptor, operation);
}

int mkostemp(char* name, int flags) {
    static const auto real = next<int (*)(char*, int)>("mkostemp");
    return concerns(name) && fails() ? -1 : real(name, flags);
}

void* mmap(void* address, size_t length, int protection, int flags, int descriptor, off_t offset) {
    static const auto real = next<void* (*)(void*, size_t, int, int, int, off_t)>("mmap");
    return descriptor >= 0 && concerns(descriptor) && fails()
               ? MAP_FAILED
               : real(address, length, protection, flags, descriptor, offset);
}

void* mmap64(void* address, size_t length, int protection, int flags, int descriptor,
             off_t offset) {
    return mmap(address, length, protection, flags, descriptor, offset);
}

}  // extern "C"

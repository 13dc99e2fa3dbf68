#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/single_threaded.h>

// What Debian 12's static libraries take from its glibc 2.36 and glibc 2.31 does not have yet. Linked into the archive
// that `packaging/archive` makes, and nowhere else.

// Since 2.32. Whoever reads 0 counts references with atomic instructions, which is always right.
char __libc_single_threaded = 0;

// Since 2.36: random bytes for names of temporary files and for std::random_device, from the kernel's generator.
void arc4random_buf(void* bytes, size_t size) noexcept {
    auto* at = static_cast<unsigned char*>(bytes);
    while (size > 0) {
        const auto got = ::getrandom(at, size, 0);
        if (got < 0 && errno != EINTR) ::abort();
        if (got <= 0) continue;
        at += got;
        size -= static_cast<size_t>(got);
    }
}

uint32_t arc4random() noexcept {
    uint32_t number = 0;
    arc4random_buf(&number, sizeof number);
    return number;
}

// Since 2.32: the names of the signals that a training tells of.
const char* sigabbrev_np(int signal) noexcept {
    switch (signal) {
        case SIGINT: return "INT";
        case SIGTERM: return "TERM";
        case SIGHUP: return "HUP";
        case SIGUSR1: return "USR1";
        default: return nullptr;
    }
}

namespace {

struct Search {
    uintptr_t address;
    dl_find_object* result;
};

// One object in memory: whether the address lies in it, and where the tables of its exceptions are.
int look_in(dl_phdr_info* object, size_t, void* data) {
    const auto& search = *static_cast<Search*>(data);
    uintptr_t begin = UINTPTR_MAX, end = 0, tables = 0;
    for (int i = 0; i < object->dlpi_phnum; ++i) {
        const auto& header = object->dlpi_phdr[i];
        const uintptr_t at = object->dlpi_addr + header.p_vaddr;
        if (header.p_type == PT_GNU_EH_FRAME) tables = at;
        if (header.p_type != PT_LOAD) continue;
        if (at < begin) begin = at;
        if (at + header.p_memsz > end) end = at + header.p_memsz;
    }
    if (search.address < begin || search.address >= end) return 0;
    *search.result = {};
    search.result->dlfo_map_start = reinterpret_cast<void*>(begin);
    search.result->dlfo_map_end = reinterpret_cast<void*>(end);
    search.result->dlfo_eh_frame = reinterpret_cast<void*>(tables);
    return tables != 0 ? 1 : -1;
}

}  // namespace

// Since 2.35: where the unwinder finds the tables of the code at an address.
int _dl_find_object(void* address, dl_find_object* result) noexcept {
    Search search{reinterpret_cast<uintptr_t>(address), result};
    return dl_iterate_phdr(look_in, &search) == 1 ? 0 : -1;
}

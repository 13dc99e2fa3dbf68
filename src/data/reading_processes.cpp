#include "data/reading_processes.hpp"

#include <algorithm>
#include <cstddef>
#include <exception>

#include "base/error.hpp"

namespace carousel {

namespace {

// A training reads on where it has read before, in as many places as there are streams: the blocks
// of a few hundred are at hand, in 16 MB.
constexpr std::uint64_t k_block = 4096;  // tokens
constexpr std::size_t k_blocks = 1024;

struct FileRange {
    std::size_t begin = 0, end = 0;
};

// The files of each of `readers`, so that all have nearly as many bytes; of other processes none.
std::vector<FileRange> shares_of(std::span<const SeenFile> files, std::span<const int> readers,
                                 int processes) {
    std::uint64_t total = 1, before = 0;
    for (const auto& file : files) total += file.size;
    std::vector<FileRange> shares(static_cast<std::size_t>(processes));
    std::size_t begin = 0;
    for (std::size_t r = 0; r < readers.size(); ++r) {
        const auto last = r + 1 == readers.size();
        const auto goal = static_cast<double>(total) * static_cast<double>(r + 1) /
                          static_cast<double>(readers.size());
        std::size_t end = begin;
        while (
            end < files.size() &&
            (last || static_cast<double>(before) + static_cast<double>(files[end].size) / 2 < goal))
            before += files[end++].size;
        shares[static_cast<std::size_t>(readers[r])] = {begin, end};
        begin = end;
    }
    return shares;
}

// What was given, or the error.
MessageReader opened(std::span<const std::byte> answer) {
    MessageReader message(answer);
    switch (message.get<CorpusAnswer>()) {
        case CorpusAnswer::given:
            break;
        case CorpusAnswer::wrong_use:
            throw UsageError(message.get_text());
        case CorpusAnswer::wrong_input:
            throw InputError(message.get_text());
    }
    return message;
}

}  // namespace

// All are heard out before an error of `own` is thrown, and theirs are opened one after the other
// by who asked: so nobody is left speaking, and the error of a lower process, whose files come
// first, is told.
std::vector<ReadingProcesses::Bytes> ReadingProcesses::ask_all(
    const std::function<void(int process, MessageWriter&)>& put, const Work& own) {
    const int n = communicator_.processes();
    call_(k_all_others);
    for (int process = 1; process < n; ++process) {
        MessageWriter request;
        put(process, request);
        send_message(communicator_, process, request.bytes());
    }
    std::exception_ptr failure;
    try {
        own();
    } catch (...) {
        failure = std::current_exception();
    }
    std::vector<Bytes> answers;
    for (int process = 1; process < n; ++process)
        answers.push_back(receive_message(communicator_, process));
    if (failure) std::rethrow_exception(failure);
    return answers;
}

std::vector<int> ReadingProcesses::who_sees(std::span<const SeenFile> files) {
    constexpr std::size_t k_probes = 64;
    const auto step = std::max<std::size_t>(1, files.size() / k_probes);
    const auto answers = ask_all(
        [&](int, MessageWriter& request) {
            request.put(CorpusRequest::see);
            request.put(std::uint64_t{(files.size() + step - 1) / step});
            for (std::size_t i = 0; i < files.size(); i += step) put_message(request, files[i]);
        },
        [] {});
    std::vector<int> readers{0};
    without_share_.clear();
    for (std::size_t i = 0; i < answers.size(); ++i)
        (opened(answers[i]).get<bool>() ? readers : without_share_)
            .push_back(static_cast<int>(i) + 1);
    return readers;
}

std::vector<LookedAt> ReadingProcesses::look(std::span<const FileToLookAt> files,
                                             const FindSettings& settings) {
    std::vector<SeenFile> seen;
    for (const auto& file : files) seen.push_back(seen_file(file));
    const auto readers = who_sees(seen);
    const auto shares = shares_of(seen, readers, processes());
    const auto share_of = [&](int process) { return shares[static_cast<std::size_t>(process)]; };
    std::vector<LookedAt> all;
    const auto answers = ask_all(
        [&](int process, MessageWriter& request) {
            const auto [begin, end] = share_of(process);
            request.put(CorpusRequest::look);
            put_message(request, settings);
            request.put(std::uint64_t{end - begin});
            for (auto i = begin; i < end; ++i) put_message(request, seen[i]);
        },
        [&] { all = look_at_files(files.first(share_of(0).end), settings); });
    for (int process = 1; process < processes(); ++process) {
        auto message = opened(answers[static_cast<std::size_t>(process - 1)]);
        const auto [begin, end] = share_of(process);
        for (auto i = begin; i < end; ++i) {
            auto& looked = all.emplace_back(get_looked_at(message));
            if (looked.skipped) looked.skipped->path = files[i].path;
            looked.found.document.path = files[i].path;
            looked.found.document.process = process;
        }
    }
    return all;
}

void ReadingProcesses::count(const CorpusConfig& config, const Work& own, CharacterCounts& counts) {
    const auto answers = ask_all(
        [&](int, MessageWriter& request) {
            request.put(CorpusRequest::count);
            put_message(request, config);
        },
        own);
    for (const auto& answer : answers) {
        auto message = opened(answer);
        add_counts(message, counts);
    }
}

std::vector<ReadingProcesses::Encoded> ReadingProcesses::encode(const CorpusConfig& config,
                                                                const Vocabulary& vocabulary,
                                                                const Work& own) {
    const auto answers = ask_all(
        [&](int, MessageWriter& request) {
            request.put(CorpusRequest::encode);
            put_message(request, config);
            put_message(request, vocabulary);
        },
        own);
    blocks_.clear();
    tokens_.clear();
    std::vector<Encoded> all;
    for (const auto& answer : answers) {
        auto message = opened(answer);
        auto& encoded = all.emplace_back();
        encoded.whole = message.get<TextMeasure>();
        encoded.checkpoints = message.get_list<TextMeasure>();
        encoded.with_text = message.get_list<EncodedDocuments::WithText>();
        tokens_.push_back(encoded.whole.tokens);
    }
    return all;
}

std::vector<Repertoire> ReadingProcesses::repertoires(std::span<const Range> ranges,
                                                      const Work& own) {
    const auto answers = ask_all(
        [&](int process, MessageWriter& request) {
            const auto [begin, end] = ranges[static_cast<std::size_t>(process - 1)];
            request.put(CorpusRequest::repertoire);
            request.put(begin);
            request.put(end);
        },
        own);
    std::vector<Repertoire> all;
    for (const auto& answer : answers) {
        auto message = opened(answer);
        all.push_back(get_repertoire(message));
    }
    return all;
}

void ReadingProcesses::copy(int process, EncodedRow row, std::uint64_t begin,
                            std::span<TokenId> out) {
    const std::lock_guard lock(mutex_);
    while (!out.empty()) {
        const auto& ids = block({process, row, begin / k_block});
        const auto skip = static_cast<std::size_t>(begin % k_block);
        const auto some = std::min(out.size(), ids.size() - skip);
        std::copy_n(ids.begin() + static_cast<std::ptrdiff_t>(skip), some, out.begin());
        out = out.subspan(some);
        begin += some;
    }
}

const std::vector<TokenId>& ReadingProcesses::block(const Place& place) {
    auto& block = blocks_[place];
    block.used = ++uses_;
    if (!block.ids.empty()) return block.ids;
    if (blocks_.size() > k_blocks)
        blocks_.erase(std::ranges::min_element(
            blocks_, {}, [](const auto& entry) { return entry.second.used; }));
    const auto& [process, row, number] = place;
    const auto begin = number * k_block, tokens = tokens_[static_cast<std::size_t>(process - 1)];
    MessageWriter request;
    request.put(CorpusRequest::copy);
    request.put(row);
    request.put(begin);
    request.put(std::min(k_block, tokens - begin));
    call_(process);
    send_message(communicator_, process, request.bytes());
    const auto answer = receive_message(communicator_, process);
    block.ids = opened(answer).get_list<TokenId>();
    return block.ids;
}

}  // namespace carousel

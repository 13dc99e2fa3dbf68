#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "data/corpus_messages.hpp"
#include "data/encoded_documents.hpp"
#include "model/communicator.hpp"

namespace carousel {

/// The processes that read one corpus together, as process 0 sees them: each looks at, counts and
/// encodes a share of the files and keeps its ids (data/corpus_share.hpp). What is found and which
/// symbols there are is process 0's, which asks the others for ids where it needs them.
///
/// A process that does not see the same files, by size and time of change, gets no share.
class ReadingProcesses {
public:
    /// `call`: has a process answer the next request, or all others with `k_all_others`.
    /// Both must outlive the object.
    static constexpr int k_all_others = -1;
    using Call = std::function<void(int process)>;
    ReadingProcesses(Communicator& communicator, Call call)
        : communicator_(communicator), call_(std::move(call)) {}

    int processes() const { return communicator_.processes(); }

    /// As `look_at_files`. The shares are contiguous, in the order of processes and nearly equal in
    /// bytes; each document says whose it is. They stay until the next call.
    /// Throws: as there, what is wrong with the first file of all that has something wrong.
    std::vector<LookedAt> look(std::span<const FileToLookAt> files, const FindSettings& settings);

    /// The processes that got no share then, in ascending order.
    const std::vector<int>& without_share() const { return without_share_; }

    /// `own` reads the share of process 0, while the others read theirs.
    using Work = std::function<void()>;
    /// Adds the characters of the others.
    void count(const CorpusConfig& config, const Work& own, CharacterCounts& counts);

    struct Encoded {
        TextMeasure whole;
        std::vector<TextMeasure> checkpoints;
        std::vector<EncodedDocuments::WithText> with_text;
    };
    /// What each of the others has, from process 1 on.
    std::vector<Encoded> encode(const CorpusConfig& config, const Vocabulary& vocabulary,
                                const Work& own);

    /// Fills `out` with what process `process` > 0 has, from `begin` on in its share. A few blocks
    /// are remembered. Several threads may call. Range: within its share.
    void copy(int process, EncodedRow row, std::uint64_t begin, std::span<TokenId> out);

    /// What occurs in tokens [first, second) of the shares of the others, from process 1 on.
    using Range = std::pair<std::uint64_t, std::uint64_t>;
    std::vector<Repertoire> repertoires(std::span<const Range> ranges, const Work& own);

private:
    using Bytes = std::vector<std::byte>;
    struct Block {
        std::vector<TokenId> ids;
        std::uint64_t used = 0;
    };
    using Place = std::tuple<int, EncodedRow, std::uint64_t>;  // process, row, number of the block

    std::vector<Bytes> ask_all(const std::function<void(int process, MessageWriter&)>& put,
                               const Work& own);
    std::vector<int> who_sees(std::span<const SeenFile> files);
    const std::vector<TokenId>& block(const Place& place);

    Communicator& communicator_;
    Call call_;
    std::vector<int> without_share_;
    std::vector<std::uint64_t> tokens_;  // of each process, but the first
    std::map<Place, Block> blocks_;
    std::uint64_t uses_ = 0;
    std::mutex mutex_;  // of what was asked for
};

}  // namespace carousel

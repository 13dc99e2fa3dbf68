#include "data/corpus_share.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "base/error.hpp"

namespace carousel {

namespace {

namespace fs = std::filesystem;

// Another machine need not have the folder of the model.
void find_room(fs::path& scratch_folder) {
    if (::access(scratch_folder.c_str(), W_OK) == 0) return;
    std::error_code none;
    const auto temporary = fs::temp_directory_path(none);
    if (!none) scratch_folder = temporary;
}

// Size and time say that it is the same file: a relative path may lead there from another folder.
bool sees(MessageReader& request) {
    bool all = true;
    for (auto left = request.get<std::uint64_t>(); left > 0; --left) {
        const auto there = get_seen_file(request);
        all = all && seen_file(there.file) == there;
    }
    return all;
}

void require_same(const SeenFile& there) {
    if (seen_file(there.file) == there) return;
    throw InputError(
        fmt::format("{}: it is another file on another machine of this training, or has changed. "
                    "Give all machines the same files, or all but the first none of them.",
                    shown_name({.path = there.file.path})));
}

}  // namespace

void CorpusShare::answer(Communicator& communicator) {
    const auto bytes = receive_message(communicator, 0);
    MessageReader request(bytes);
    const auto refusal = [](CorpusAnswer how, const Error& error) {
        MessageWriter message;
        message.put(how);
        message.put(std::string_view(error.what()));
        return message;
    };
    MessageWriter answer;
    try {
        answer = serve(request);
    } catch (const UsageError& error) {
        answer = refusal(CorpusAnswer::wrong_use, error);
    } catch (const Error& error) {
        answer = refusal(CorpusAnswer::wrong_input, error);
    }
    send_message(communicator, 0, answer.bytes());
}

MessageWriter CorpusShare::serve(MessageReader& request) {
    MessageWriter answer;
    answer.put(CorpusAnswer::given);
    switch (request.get<CorpusRequest>()) {
        case CorpusRequest::see:
            answer.put(sees(request));
            break;
        case CorpusRequest::look:
            look(request, answer);
            break;
        case CorpusRequest::count: {
            const auto config = get_corpus_config(request);
            CharacterCounts counts(config.text.unit);
            count_characters(
                documents_, config, [](std::uint64_t) {}, counts);
            put_message(answer, counts);
            break;
        }
        case CorpusRequest::encode:
            encode(request, answer);
            break;
        case CorpusRequest::copy:
            copy(request, answer);
            break;
        case CorpusRequest::repertoire: {
            const auto begin = request.get<std::uint64_t>(), end = request.get<std::uint64_t>();
            put_message(answer, encoded_.value().repertoire(begin, end));
            break;
        }
    }
    return answer;
}

void CorpusShare::look(MessageReader& request, MessageWriter& answer) {
    encoded_.reset();
    documents_.clear();
    auto settings = get_find_settings(request);
    find_room(settings.scratch_folder);
    std::vector<FileToLookAt> files;
    for (auto left = request.get<std::uint64_t>(); left > 0; --left) {
        const auto there = get_seen_file(request);
        require_same(there);
        files.push_back(there.file);
    }
    auto all = look_at_files(files, settings);
    for (std::size_t i = 0; i < all.size(); ++i) {
        put_message(answer, all[i]);
        if (is_read(files[i], all[i])) documents_.push_back(std::move(all[i].found.document));
    }
}

void CorpusShare::encode(MessageReader& request, MessageWriter& answer) {
    auto config = get_corpus_config(request);
    find_room(config.scratch_folder);
    encoded_.reset();
    tokenizer_.emplace(config.text, get_vocabulary(request));
    encoded_.emplace(documents_, *tokenizer_, config, [](std::uint64_t) {});
    answer.put(encoded_->whole());
    answer.put_list(std::span(encoded_->checkpoints()));
    answer.put_list(std::span(encoded_->with_text()));
}

void CorpusShare::copy(MessageReader& request, MessageWriter& answer) const {
    const auto row = request.get<EncodedRow>();
    const auto begin = request.get<std::uint64_t>(), count = request.get<std::uint64_t>();
    std::vector<TokenId> ids(count);
    encoded_.value().copy(row, begin, ids);
    answer.put_list(std::span<const TokenId>(ids));
}

}  // namespace carousel

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "data/corpus_messages.hpp"
#include "data/encoded_documents.hpp"
#include "model/communicator.hpp"
#include "text/tokenizer.hpp"

namespace carousel {

/// What a process other than the first reads of a corpus: some of its files, which it looks at,
/// counts, encodes and keeps as ids in a scratch file, as process 0 does with its own.
class CorpusShare {
public:
    /// Serves one request of process 0 (`ReadingProcesses`). What is wrong with a file is told
    /// there.
    void answer(Communicator& communicator);

private:
    MessageWriter serve(MessageReader& request);
    void look(MessageReader& request, MessageWriter& answer);
    void encode(MessageReader& request, MessageWriter& answer);
    void copy(MessageReader& request, MessageWriter& answer) const;

    std::vector<Document> documents_;
    std::optional<Tokenizer> tokenizer_;
    std::optional<EncodedDocuments> encoded_;
};

}  // namespace carousel

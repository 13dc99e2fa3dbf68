#include "app/long_prompt.hpp"

#include "generation/session_batch.hpp"

namespace carousel {

void read_ahead(Session& session, const LoadedModel& loaded, Precision precision, int threads) {
    const auto own = model_on_threads(threads, loaded.snapshot.model, loaded.snapshot.weights);
    SessionBatch(*own.model, loaded.tokenizer, 1, precision).read(session);
}

void read_long_prompt(Session& session, const LoadedModel& loaded, Precision precision, int writers,
                      std::optional<int> wanted) {
    const int readers = threads_to_read(loaded.snapshot.model, wanted);
    if (session.reading().unread.size() < k_long_prompt || readers == writers) return;
    read_ahead(session, loaded, precision, readers);
}

}  // namespace carousel

#pragma once

namespace carousel {

/// Nats per character of an n-gram model on tinyshakespeare, counted and measured as
/// `text_difficulty` does: how easy a text is to predict is told by comparing with this.
inline constexpr double k_reference_ngram_loss = 1.519;

/// A training as the formula of the expected loss sees it.
struct Outlook {
    double weights = 0;     ///< N, of the recurrent layers
    double parameters = 0;  ///< of the whole net
    double text = 0;        ///< U, characters to learn from
    double characters = 0;  ///< C, characters that the run reads, each as often as it comes
    double batch = 0;       ///< b = B T, characters of an update
    double ngram_loss = 0;  ///< of the text, compared with `k_reference_ngram_loss`
};

/// Loss to be expected on text of the same kind, nats per character:
///
///   L = n/1.519 · [e(U) + 0.084 N^-0.45 + 0.48 D^-0.21 + 0.022 S^-1.25
///                       + 0.008 · 2048/b + 0.0075 N/U]
///   e(U) = 0.27 + 0.623 U^-0.1, or 0.893 U^0.1 where U < 1,
///   D = 3.75 U (1 − e^(−C / (3.75 U))),   S = C / b,
///
/// with n the loss of the n-gram model, N, U, D, C in millions and the updates S in thousands. What
/// each term stands for, and the runs to which the constants are fitted: docs/recipes.md, "How the
/// plan is made". The form is that of Hoffmann et al. 2022 (arXiv 2203.15556, eq. 2) with the
/// fading worth of repeated text of Muennighoff et al. 2023 (arXiv 2305.16264, eq. 5).
///
/// Law: falls when C grows and all else stays.
double expected_loss(const Outlook& outlook);

/// The half width of the range in which a run should end, as a share of the expected loss: 5 % for
/// runs like those of the fit, up to 20 % far from them.
double expected_loss_uncertainty(const Outlook& outlook);

}  // namespace carousel

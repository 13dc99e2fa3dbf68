#pragma once

#include <cstdint>

namespace carousel {

/// Recurrent cells; `docs/model.md` has their equations. Stored in snapshots by name.
enum class CellKind : std::uint8_t { lstm, cifg, capped_lstm };
constexpr int k_cell_count = 3;

/// What layers and parameters must know of a cell.
struct CellShape {
    std::int64_t gates;        ///< G, pre-activations of a unit
    std::int64_t forget_gate;  ///< which of them keeps the cell state
};

constexpr CellShape cell_shape(CellKind cell) {
    return cell == CellKind::cifg ? CellShape{3, 0} : CellShape{4, 1};
}

}  // namespace carousel

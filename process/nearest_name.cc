#include "process/nearest_name.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace sallyport::process {
namespace {

constexpr size_t kLongestName = 64;

// Levenshtein's distance.
size_t EditDistance(std::string_view from, std::string_view to) {
  std::vector<size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= from.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= to.size(); ++j) {
      const size_t replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::string> NearestName(std::string_view name,
                                       std::span<const std::string> candidates) {
  if (name.size() > kLongestName) return std::nullopt;
  std::optional<std::string> nearest;
  size_t least = std::max<size_t>(name.size() / 3, 2) + 1;
  for (const std::string& candidate : candidates) {
    const size_t distance = EditDistance(name, candidate);
    if (distance < std::min(least, candidate.size())) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace sallyport::process

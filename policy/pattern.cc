#include "policy/pattern.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace sallyport::policy {
namespace {

re2::StringPiece Piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

absl::StatusOr<Pattern> Pattern::Create(std::string_view expression) {
  RE2::Options options;
  options.set_log_errors(false);
  // Else ".*" would not be every name, and what refuses it would let one with a line's end by.
  options.set_dot_nl(true);
  auto compiled = std::make_shared<const RE2>(Piece(expression), options);
  if (!compiled->ok()) {
    return absl::InvalidArgumentError(absl::StrCat("not an RE2 expression: ", compiled->error(),
                                                   " ('", compiled->error_arg(), "')"));
  }
  return Pattern(std::move(compiled));
}

bool Pattern::Matches(std::string_view text) const {
  return RE2::FullMatch(Piece(text), *expression_);
}

std::optional<std::string> Pattern::Rewrite(std::string_view text,
                                            std::string_view replacement) const {
  std::vector<re2::StringPiece> groups(static_cast<size_t>(expression_->NumberOfCapturingGroups()) +
                                       1);
  if (!expression_->Match(Piece(text), 0, text.size(), RE2::ANCHOR_BOTH, groups.data(),
                          static_cast<int>(groups.size()))) {
    return std::nullopt;
  }
  std::string rewritten;
  if (!expression_->Rewrite(&rewritten, Piece(replacement), groups.data(),
                            static_cast<int>(groups.size()))) {
    return std::nullopt;
  }
  return rewritten;
}

absl::Status Pattern::CheckReplacement(std::string_view replacement) const {
  std::string error;
  if (expression_->CheckRewriteString(Piece(replacement), &error)) return absl::OkStatus();
  return absl::InvalidArgumentError(error);
}

}  // namespace sallyport::policy

#include "policy/name_template.h"

#include <re2/re2.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace sallyport::policy {
namespace {

// Reads an expression just so far as to know its escapes and brackets.
class Splitter {
 public:
  explicit Splitter(std::string_view expression) : expression_(expression) {}

  absl::StatusOr<std::vector<std::string>> Split() {
    while (at_ < expression_.size()) {
      if (expression_[at_] == '\\' && at_ + 1 < expression_.size()) {
        TakeEscape();
      } else {
        TakeCharacter();
      }
    }
    pieces_.emplace_back(expression_.substr(copied_));
    if (pieces_.size() > 1 && place_in_brackets_) {
      return absl::InvalidArgumentError(
          "\\1 in brackets would be any one of its characters: write it outside of them");
    }
    if (pieces_.size() > 1 && quotes_) {
      return absl::InvalidArgumentError("\\1 and \\Q do not go together: write \\. for a dot");
    }
    return std::move(pieces_);
  }

 private:
  void TakeEscape() {
    const char escaped = expression_[at_ + 1];
    if (escaped == '1') {
      pieces_.emplace_back(expression_.substr(copied_, at_ - copied_));
      copied_ = at_ + 2;
      place_in_brackets_ |= in_brackets_;
    }
    quotes_ |= escaped == 'Q';
    at_ += 2;
  }

  void TakeCharacter() {
    const std::string_view rest = expression_.substr(at_);
    if (!in_brackets_ && rest.starts_with('[')) {
      in_brackets_ = true;
      at_ += rest.starts_with("[^") ? 2 : 1;
      // A bracket that closes nothing yet stands for itself.
      if (expression_.substr(at_).starts_with(']')) ++at_;
      return;
    }
    const size_t end = rest.find(":]", 2);
    if (in_brackets_ && rest.starts_with("[:") && end != std::string_view::npos) {
      at_ += end + 2;
      return;
    }
    if (in_brackets_ && rest.starts_with(']')) in_brackets_ = false;
    ++at_;
  }

  const std::string_view expression_;
  size_t at_ = 0;
  size_t copied_ = 0;
  bool in_brackets_ = false;
  bool place_in_brackets_ = false;
  bool quotes_ = false;
  std::vector<std::string> pieces_;
};

}  // namespace

absl::StatusOr<NameTemplate> NameTemplate::Create(std::string_view expression) {
  auto pieces = Splitter(expression).Split();
  if (!pieces.ok()) return pieces.status();
  NameTemplate made(*std::move(pieces));
  if (const auto pattern = made.Fill("x"); !pattern.ok()) return pattern.status();
  return made;
}

absl::StatusOr<Pattern> NameTemplate::Fill(std::string_view part) const {
  // A group of its own, so that what stands behind it is about all of it.
  const std::string literal = absl::StrCat("(?:", RE2::QuoteMeta({part.data(), part.size()}), ")");
  return Pattern::Create(absl::StrJoin(pieces_, literal));
}

}  // namespace sallyport::policy

#include "server/text/text_request_reader.h"

#include <algorithm>
#include <utility>

namespace sallyport::server {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

constexpr TextProblem kBroken = {TextProblem::Kind::kBadFormat, /*closes=*/true};

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

// The text up to the first space, which is removed with it.
std::string_view TakeWord(std::string_view* text) {
  const size_t end = std::min(text->find(' '), text->size());
  const std::string_view word = text->substr(0, end);
  text->remove_prefix(std::min(end + 1, text->size()));
  return word;
}

}  // namespace

std::variant<std::monostate, TextRequest> TextRequestReader::Next(std::string_view* input) {
  if (!expects_data_) {
    if (!FillLine(input)) return std::monostate();
    Result line = ReadLine();
    if (!expects_data_) return line;
  }
  return ReadData(input);
}

bool TextRequestReader::FillLine(std::string_view* input) {
  const size_t room = kMaxTextLine - buffer_.size();
  const size_t line_feed = input->substr(0, room).find('\n');
  const size_t taken =
      std::min({line_feed == std::string_view::npos ? room : line_feed + 1, room, input->size()});
  buffer_.insert(buffer_.end(), input->begin(), input->begin() + taken);
  input->remove_prefix(taken);
  return buffer_.size() == kMaxTextLine || (!buffer_.empty() && buffer_.back() == '\n');
}

TextRequestReader::Result TextRequestReader::ReadLine() {
  const amqp::WipedBuffer taken = std::exchange(buffer_, {});
  std::string_view line(taken.data(), taken.size());
  if (!line.ends_with(kLineEnd)) return kBroken;
  line.remove_suffix(kLineEnd.size());
  if (!IsPrintable(line)) return kBroken;
  const bool has_arguments = line.find(' ') != std::string_view::npos;
  const std::string_view command = TakeWord(&line);
  if (command == "auth-list-mechanisms") {
    if (!has_arguments) return TextListMechanisms();
    return TextProblem{TextProblem::Kind::kBadFormat, /*closes=*/false};
  }
  if (command == "auth-start") return ReadStart(line);
  if (command == "auth-step") return ExpectData(line, TextStep());
  return TextProblem{TextProblem::Kind::kUnknownCommand, /*closes=*/false};
}

TextRequestReader::Result TextRequestReader::ReadStart(std::string_view arguments) {
  const std::string_view mechanism = TakeWord(&arguments);
  if (mechanism.empty() || mechanism.size() > kMaxTextMechanism) return kBroken;
  return ExpectData(arguments, TextStart{std::string(mechanism), {}});
}

TextRequestReader::Result TextRequestReader::ExpectData(std::string_view count,
                                                        TextRequest request) {
  // Data that nobody knows the size of may look like requests.
  if (count.empty() || count.find_first_not_of("0123456789") != std::string_view::npos) {
    return kBroken;
  }
  size_t size = 0;
  for (const char digit : count) {
    size = 10 * size + static_cast<size_t>(digit - '0');
    if (size > max_data_) return TextProblem{TextProblem::Kind::kDataTooBig, /*closes=*/true};
  }
  expects_data_ = true;
  data_size_ = size;
  request_ = std::move(request);
  return std::monostate();
}

TextRequestReader::Result TextRequestReader::ReadData(std::string_view* input) {
  const size_t taken = std::min(data_size_ + kLineEnd.size() - buffer_.size(), input->size());
  buffer_.insert(buffer_.end(), input->begin(), input->begin() + taken);
  input->remove_prefix(taken);
  if (buffer_.size() < data_size_ + kLineEnd.size()) return std::monostate();

  expects_data_ = false;
  amqp::WipedBuffer data = std::exchange(buffer_, {});
  if (!std::string_view(data.data(), data.size()).ends_with(kLineEnd)) return kBroken;
  data.resize(data_size_);
  TextRequest request = std::exchange(request_, TextRequest());
  if (auto* start = std::get_if<TextStart>(&request)) start->data = std::move(data);
  if (auto* step = std::get_if<TextStep>(&request)) step->data = std::move(data);
  return request;
}

}  // namespace sallyport::server

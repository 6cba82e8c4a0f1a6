#include "server/text/text_request_reader.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace sallyport::server {
namespace {

constexpr size_t kMaxData = 100;

std::string TextOf(const amqp::WipedBuffer& data) { return {data.data(), data.size()}; }

std::string TextOf(const TextRequest& request) {
  if (std::holds_alternative<TextListMechanisms>(request)) return "list";
  if (const auto* start = std::get_if<TextStart>(&request)) {
    return "start " + start->mechanism + " [" + TextOf(start->data) + "]";
  }
  if (const auto* step = std::get_if<TextStep>(&request))
    return "step [" + TextOf(step->data) + "]";
  const auto& problem = std::get<TextProblem>(request);
  const std::string kind = problem.kind == TextProblem::Kind::kUnknownCommand ? "unknown"
                           : problem.kind == TextProblem::Kind::kDataTooBig   ? "too big"
                                                                              : "bad";
  return kind + (problem.closes ? ", closes" : "");
}

// Reads all of `pieces`, up to a problem that closes.
std::vector<std::string> ReadAll(const std::vector<std::string>& pieces, bool* in_request) {
  TextRequestReader reader(kMaxData);
  std::vector<std::string> requests;
  for (const std::string& piece : pieces) {
    std::string_view input = piece;
    while (true) {
      const auto next = reader.Next(&input);
      if (std::holds_alternative<std::monostate>(next)) break;
      requests.push_back(TextOf(std::get<TextRequest>(next)));
      if (requests.back().ends_with("closes")) return requests;
    }
    EXPECT_TRUE(input.empty());
  }
  *in_request = reader.in_request();
  return requests;
}

// What `stream` is read as, which must not depend on how it is split.
std::vector<std::string> Read(const std::string& stream, bool in_request = false) {
  bool partial = false;
  const std::vector<std::string> whole = ReadAll({stream}, &partial);
  EXPECT_EQ(partial, in_request) << stream;
  for (size_t cut = 0; cut <= stream.size(); ++cut) {
    EXPECT_EQ(ReadAll({stream.substr(0, cut), stream.substr(cut)}, &partial), whole) << cut;
  }
  std::vector<std::string> bytes;
  for (const char byte : stream) bytes.emplace_back(1, byte);
  EXPECT_EQ(ReadAll(bytes, &partial), whole);
  return whole;
}

using Requests = std::vector<std::string>;

TEST(TextRequestReader, ReadsRequestsInEverySplit) {
  EXPECT_EQ(Read(std::string("auth-list-mechanisms\r\n") + "auth-start PLAIN 5\r\n" +
                 std::string("\0a\0bc\r\n", 7) + "auth-step 2\r\n\r\n\r\nauth-step 0\r\n\r\n" +
                 "auth-list-mechanisms\r\n"),
            (Requests{"list", std::string("start PLAIN [\0a\0bc]", 19), "step [\r\n]", "step []",
                      "list"}));
}

TEST(TextRequestReader, TakesDataThatLooksLikeARequest) {
  EXPECT_EQ(Read("auth-step 22\r\nauth-list-mechanisms\r\n\r\nauth-list-mechanisms\r\n"),
            (Requests{"step [auth-list-mechanisms\r\n]", "list"}));
}

TEST(TextRequestReader, WaitsForWhatIsMissing) {
  EXPECT_EQ(Read("auth-list-mech", true), Requests());
  EXPECT_EQ(Read("auth-list-mechanisms\r", true), Requests());
  EXPECT_EQ(Read("auth-step 3\r\nab", true), Requests());
  EXPECT_EQ(Read("auth-step 3\r\nabc\r", true), Requests());
  EXPECT_EQ(Read("auth-step 3\r\n", true), Requests());
}

TEST(TextRequestReader, GoesOnBehindWhatItDoesNotKnow) {
  EXPECT_EQ(Read("\r\nhello\r\nAUTH-STEP 3\r\nauth-step2\r\nauth-list-mechanisms\r\n"),
            (Requests{"unknown", "unknown", "unknown", "unknown", "list"}));
  EXPECT_EQ(
      Read("auth-list-mechanisms please\r\nauth-list-mechanisms \r\nauth-list-mechanisms\r\n"),
      (Requests{"bad", "bad", "list"}));
}

TEST(TextRequestReader, ClosesWhereItCannotTellWhereTheNextBegins) {
  const Requests closed = {"bad, closes"};
  for (const char* line : {"auth-step",
                           "auth-step ",
                           "auth-step  3",
                           "auth-step -1",
                           "auth-step +1",
                           "auth-step 0x1",
                           "auth-step 1 ",
                           "auth-step 1 2",
                           "auth-step one",
                           "auth-step 1.0",
                           "auth-start",
                           "auth-start PLAIN",
                           "auth-start PLAIN ",
                           "auth-start  1",
                           "auth-start PLAIN 1 x",
                           "auth-start PLAIN -1",
                           "auth-start 123456789012345678901234567890123 1",
                           "a\tb",
                           "a\x7f",
                           "\xc3\xa9",
                           "auth-step 1\r"}) {
    EXPECT_EQ(Read(std::string(line) + "\r\nx\r\n"), closed) << line;
  }
  EXPECT_EQ(Read(std::string("auth-step 1\0\r\n", 14)), closed);
  EXPECT_EQ(Read("auth-list-mechanisms\n"), closed);
  EXPECT_EQ(Read("auth-step 1\r\nxy\r\n"), closed);
  EXPECT_EQ(Read("auth-step 1\r\nx\nx"), closed);
}

TEST(TextRequestReader, ParsesALongMechanismName) {
  const std::string name(kMaxTextMechanism, 'X');
  EXPECT_EQ(Read("auth-start " + name + " 1\r\nx\r\n"), (Requests{"start " + name + " [x]"}));
}

TEST(TextRequestReader, HasLimits) {
  const std::string most(kMaxData, 'x');
  EXPECT_EQ(Read("auth-step 100\r\n" + most + "\r\n"), (Requests{"step [" + most + "]"}));
  EXPECT_EQ(Read("auth-step 000100\r\n" + most + "\r\n"), (Requests{"step [" + most + "]"}));
  for (const char* count : {"101", "18446744073709551616", "18446744073709551716",
                            "99999999999999999999999999999999999999999999999999"}) {
    EXPECT_EQ(Read(std::string("auth-step ") + count + "\r\nx"), (Requests{"too big, closes"}));
  }
  const std::string longest(kMaxTextLine - 2, 'a');
  EXPECT_EQ(Read(longest + "\r\n"), (Requests{"unknown"}));
  EXPECT_EQ(Read("a" + longest + "\r\n"), (Requests{"bad, closes"}));
  EXPECT_EQ(Read(std::string(100'000, 'a')), (Requests{"bad, closes"}));
}

}  // namespace
}  // namespace sallyport::server

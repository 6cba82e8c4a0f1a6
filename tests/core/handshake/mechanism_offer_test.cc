#include "core/handshake/mechanism_offer.h"

#include <deque>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/amqp/frame_reader.h"
#include "core/amqp/protocol_header.h"
#include "gtest/gtest.h"
#include "tests/core/handshake/frame_bytes.h"

namespace sallyport {
namespace {

std::vector<const MechanismDescriptor*> Known(const std::vector<std::string_view>& names) {
  std::vector<const MechanismDescriptor*> found;
  for (const std::string_view name : names) found.push_back(FindMechanism(name));
  return found;
}

// Mechanisms with names of 20 characters, the most that a name may have.
class LongNames {
 public:
  std::vector<const MechanismDescriptor*> Make(size_t count) {
    std::vector<const MechanismDescriptor*> made;
    for (size_t i = 0; i < count; ++i) {
      std::string number = std::to_string(i);
      names_.push_back(std::string(20 - number.size(), 'X') + number);
      descriptors_.push_back({.name = names_.back()});
      made.push_back(&descriptors_.back());
    }
    return made;
  }

 private:
  std::deque<std::string> names_;
  std::deque<MechanismDescriptor> descriptors_;
};

TEST(MechanismOffer, GreetsWithTheHeaderAndTheMechanismsInTheOrderGiven) {
  const auto offer = MechanismOffer::Create(Known({"PLAIN", "SCRAM-SHA-256", "ANONYMOUS"}), {});
  ASSERT_TRUE(offer.ok()) << offer.status();
  EXPECT_EQ(ReadFrames((*offer)->greeting()),
            (std::vector<std::string>{"header", "mechanisms PLAIN SCRAM-SHA-256 ANONYMOUS"}));
  EXPECT_EQ((*offer)->mechanisms(), Known({"PLAIN", "SCRAM-SHA-256", "ANONYMOUS"}));
}

TEST(MechanismOffer, OneMechanismIsAnArrayToo) {
  const auto offer = MechanismOffer::Create(Known({"PLAIN"}), {});
  ASSERT_TRUE(offer.ok()) << offer.status();
  // size, offset, type, channel; descriptor 0x40; a list of one field; an array of one sym8.
  const std::string frame(
      "\x00\x00\x00\x18\x02\x01\x00\x00\x00\x53\x40\xc0\x0b\x01\xe0\x08\x01\xa3\x05PLAIN", 24);
  EXPECT_EQ((*offer)->greeting(), SaslHeader() + frame);
}

TEST(MechanismOffer, RefusesAnEmptyList) {
  const auto offer = MechanismOffer::Create({}, Known({"PLAIN"}));
  EXPECT_EQ(offer.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(MechanismOffer, RefusesANameThatIsNotOneOfRfc4422) {
  for (const char* name : {"", "plain", "SCRAM SHA", "A.B", "ABCDEFGHIJKLMNOPQRSTU", "A\xc3\x84"}) {
    const MechanismDescriptor bad = {.name = name};
    const auto offer = MechanismOffer::Create({&bad}, {});
    EXPECT_EQ(offer.status().code(), absl::StatusCode::kInvalidArgument) << name;
  }
  const MechanismDescriptor good = {.name = "A-Z_0123456789-BCDEF"};
  EXPECT_TRUE(MechanismOffer::Create({&good}, {}).ok());
}

TEST(MechanismOffer, RefusesANameThatComesTwiceAndSaysWhich) {
  const auto offer = MechanismOffer::Create(Known({"PLAIN", "EXTERNAL", "PLAIN"}), {});
  EXPECT_EQ(offer.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(offer.status().message().find("PLAIN"), absl::string_view::npos);
}

TEST(MechanismOffer, RefusesAListThatDoesNotFitAFrame) {
  LongNames names;
  size_t largest = 0;
  for (size_t count = 1; count <= 40; ++count) {
    const auto offer = MechanismOffer::Create(names.Make(count), {});
    if (!offer.ok()) {
      EXPECT_EQ(offer.status().code(), absl::StatusCode::kInvalidArgument);
      continue;
    }
    EXPECT_LE((*offer)->greeting().size(),
              amqp::kSaslProtocolHeader.size() + amqp::kMinMaxFrameSize);
    largest = count;
  }
  // 512 bytes, less 30 around the elements, by 21 for each.
  EXPECT_EQ(largest, 22u);
}

TEST(MechanismOffer, FindsWhatItOffersByItsExactName) {
  const auto offer = MechanismOffer::Create(Known({"PLAIN"}), Known({"EXTERNAL"}));
  ASSERT_TRUE(offer.ok());
  EXPECT_EQ((*offer)->Find("PLAIN"), FindMechanism("PLAIN"));
  for (const char* name : {"plain", "PLAIN ", "PLAI", "", "EXTERNAL", "SCRAM-SHA-256"}) {
    EXPECT_EQ((*offer)->Find(name), nullptr) << name;
  }
}

TEST(MechanismOffer, TellsWhatTlsWouldHaveOfferedFromWhatIsNotOfferedAtAll) {
  const auto offer = MechanismOffer::Create(Known({"SCRAM-SHA-256"}), Known({"PLAIN"}));
  ASSERT_TRUE(offer.ok());
  EXPECT_EQ((*offer)->ReasonAgainst("PLAIN"), FailureReason::kTlsRequired);
  EXPECT_EQ((*offer)->ReasonAgainst("EXTERNAL"), FailureReason::kMechanismNotOffered);
  EXPECT_EQ((*offer)->ReasonAgainst("X-NONSENSE"), FailureReason::kMechanismNotOffered);
}

TEST(MechanismOffer, KnowsWhetherAnyMechanismBindsToTheChannel) {
  const auto with = MechanismOffer::Create(Known({"PLAIN", "SCRAM-SHA-1-PLUS"}), {});
  const auto without = MechanismOffer::Create(Known({"PLAIN"}), Known({"SCRAM-SHA-1-PLUS"}));
  ASSERT_TRUE(with.ok() && without.ok());
  EXPECT_TRUE((*with)->plus_offered());
  EXPECT_FALSE((*without)->plus_offered());
}

}  // namespace
}  // namespace sallyport

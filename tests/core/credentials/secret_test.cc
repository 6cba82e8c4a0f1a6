#include "core/credentials/secret.h"

#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "gtest/gtest.h"

namespace sallyport {
namespace {

constexpr std::string_view kShort = "hunter2";
constexpr std::string_view kLong = "a passphrase that no inline buffer holds, by far";

// The memory of the object itself, where a short string lives.
std::string ObjectBytes(const Secret& secret) {
  return std::string(reinterpret_cast<const char*>(&secret), sizeof(secret));
}

TEST(Secret, HoldsACopy) {
  std::string original(kLong);
  const Secret secret(original);
  original.assign(original.size(), 'x');
  EXPECT_EQ(secret.view(), kLong);
  EXPECT_EQ(secret.size(), kLong.size());
  EXPECT_FALSE(secret.empty());
}

TEST(Secret, IsNotMadeFromTextUnasked) {
  EXPECT_FALSE((std::is_convertible_v<std::string_view, Secret>));
  EXPECT_FALSE((std::is_convertible_v<std::string, Secret>));
}

TEST(Secret, ZeroedCanBeFilled) {
  Secret secret = Secret::Zeroed(3);
  EXPECT_EQ(secret.view(), std::string_view("\0\0\0", 3));
  secret.data()[1] = 'k';
  EXPECT_EQ(secret.view(), std::string_view("\0k\0", 3));
}

TEST(Secret, MovingLeavesNothingBehind) {
  for (const std::string_view text : {kShort, kLong}) {
    Secret source(text);
    const Secret target(std::move(source));
    EXPECT_EQ(target.view(), text);
    EXPECT_TRUE(source.empty());
    EXPECT_EQ(ObjectBytes(source).find(kShort), std::string::npos);
    // Moving a short string leaves all but its first byte in the inline buffer.
    EXPECT_EQ(ObjectBytes(source).find(kShort.substr(1)), std::string::npos);
  }
}

TEST(Secret, AssigningWipesTheTargetAndTheSource) {
  Secret source(kShort);
  Secret target("replaced");
  target = std::move(source);
  EXPECT_EQ(target.view(), kShort);
  EXPECT_TRUE(source.empty());
  EXPECT_EQ(ObjectBytes(source).find(kShort.substr(1)), std::string::npos);

  target = Secret("a");
  EXPECT_EQ(target.view(), "a");
  EXPECT_EQ(ObjectBytes(target).find(kShort.substr(2)), std::string::npos);

  const Secret copied(kLong);
  target = copied;
  EXPECT_EQ(target.view(), kLong);
  EXPECT_EQ(copied.view(), kLong);
}

TEST(Secret, AssigningToItselfKeepsIt) {
  Secret secret(kLong);
  Secret& same = secret;
  secret = same;
  EXPECT_EQ(secret.view(), kLong);
  secret = std::move(same);
  EXPECT_EQ(secret.view(), kLong);
}

TEST(Secret, DestructionWipesTheObject) {
  alignas(Secret) char memory[sizeof(Secret)];
  auto* const secret = new (memory) Secret(kShort);
  // Read through the array, which outlives the object.
  const std::string_view bytes(memory, sizeof(memory));
  ASSERT_NE(bytes.find(kShort), std::string_view::npos);
  secret->~Secret();
  EXPECT_EQ(bytes.find(kShort.substr(1)), std::string_view::npos);
}

TEST(Secret, EqualsComparesLengthAndEveryByte) {
  const Secret secret("password");
  EXPECT_TRUE(secret.Equals("password"));
  EXPECT_FALSE(secret.Equals("passwore"));
  EXPECT_FALSE(secret.Equals("qassword"));
  EXPECT_FALSE(secret.Equals("passwor"));
  EXPECT_FALSE(secret.Equals("passwordd"));
  EXPECT_FALSE(secret.Equals(""));
  EXPECT_TRUE(Secret().Equals(""));
  EXPECT_FALSE(Secret("a\0b").Equals(std::string_view("a\0c", 3)));
}

TEST(Wipe, OverwritesTheWholeCapacity) {
  std::string bytes(kLong);
  bytes.resize(4);
  const char* const memory = bytes.data();
  const size_t capacity = bytes.capacity();
  Wipe(&bytes);
  EXPECT_TRUE(bytes.empty());
  ASSERT_EQ(bytes.data(), memory);
  EXPECT_EQ(std::string(memory, capacity), std::string(capacity, '\0'));
}

}  // namespace
}  // namespace sallyport

#include "gateway/connection_limits.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace sallyport::gateway {
namespace {

TEST(ConnectionLimits, RefusesOverTheTotalUntilASlotIsGivenBack) {
  ConnectionLimits limits(2, 0);
  std::optional<ConnectionSlot> first = limits.Admit();
  std::optional<ConnectionSlot> second = limits.Admit();
  ASSERT_TRUE(first.has_value());
  ASSERT_TRUE(second.has_value());
  EXPECT_FALSE(limits.Admit().has_value());
  first.reset();
  EXPECT_EQ(limits.connected(), 1u);
  EXPECT_TRUE(limits.Admit().has_value());
}

TEST(ConnectionLimits, CountsEachAddressByItself) {
  ConnectionLimits limits(10, 1);
  const auto one = asio::ip::make_address("10.0.0.1");
  std::optional<ConnectionSlot> first = limits.Admit();
  std::optional<ConnectionSlot> second = limits.Admit();
  std::optional<ConnectionSlot> third = limits.Admit();
  EXPECT_TRUE(first->CountAddress(one));
  EXPECT_FALSE(second->CountAddress(asio::ip::make_address("::ffff:10.0.0.1")));
  EXPECT_TRUE(third->CountAddress(asio::ip::make_address("10.0.0.2")));
  second.reset();
  std::optional<ConnectionSlot> fourth = limits.Admit();
  EXPECT_FALSE(fourth->CountAddress(one));
  first.reset();
  EXPECT_TRUE(limits.Admit()->CountAddress(one));
}

TEST(ConnectionLimits, AMovedSlotIsGivenBackOnce) {
  ConnectionLimits limits(10, 0);
  {
    std::optional<ConnectionSlot> slot = limits.Admit();
    const ConnectionSlot moved = *std::move(slot);
    slot.reset();
    EXPECT_EQ(limits.connected(), 1u);
  }
  EXPECT_EQ(limits.connected(), 0u);
}

}  // namespace
}  // namespace sallyport::gateway

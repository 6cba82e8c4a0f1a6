#include "client/request_queue.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sallyport::client {
namespace {

std::vector<v1::HandshakeRequest> TakeAll(RequestQueue& queue) {
  std::vector<v1::HandshakeRequest> requests;
  v1::HandshakeRequest request;
  while (!queue.empty()) {
    queue.TakeNext(request);
    requests.push_back(request);
  }
  return requests;
}

const ConnectionFacts kFacts = {.listener = "amqps"};

TEST(RequestQueue, GathersIntoOneRequestInOrder) {
  RequestQueue queue;
  queue.Open(1, {.facts = kFacts, .received = "first"});
  queue.Forward(1, "second");
  queue.Close(2);
  const auto requests = TakeAll(queue);
  ASSERT_EQ(requests.size(), 1u);
  ASSERT_EQ(requests[0].inputs_size(), 3);
  EXPECT_EQ(requests[0].inputs(0).open().listener(), "amqps");
  EXPECT_EQ(requests[0].inputs(0).received(), "first");
  EXPECT_FALSE(requests[0].inputs(1).has_open());
  EXPECT_EQ(requests[0].inputs(1).received(), "second");
  EXPECT_EQ(requests[0].inputs(2).connection_id(), 2u);
  EXPECT_TRUE(requests[0].inputs(2).closed());
}

TEST(RequestQueue, LeavesNothingOfARequestInTheNext) {
  RequestQueue queue;
  v1::HandshakeRequest request;
  for (uint64_t id = 0; id < 3; ++id) {
    queue.Open(id, {.facts = kFacts, .received = "bytes"});
    queue.TakeNext(request);
    queue.Forward(id, "more");
    queue.Close(id);
    queue.TakeNext(request);
    ASSERT_EQ(request.inputs_size(), 2);
    EXPECT_FALSE(request.inputs(0).has_open());
    EXPECT_FALSE(request.inputs(0).closed());
    EXPECT_EQ(request.inputs(0).received(), "more");
    EXPECT_EQ(request.inputs(1).received(), "");
    EXPECT_EQ(queue.bytes(), 0u);
  }
}

TEST(RequestQueue, KeepsEachRequestUnderAMegabyteAndLosesNothing) {
  RequestQueue queue;
  std::string sent;
  for (int i = 0; i < 5; ++i) sent += std::string(700'000, static_cast<char>('a' + i));
  queue.Open(7, {.facts = kFacts, .received = sent});
  EXPECT_TRUE(queue.has_full());
  EXPECT_GE(queue.bytes(), sent.size());
  std::string received;
  for (const auto& request : TakeAll(queue)) {
    EXPECT_LT(request.ByteSizeLong(), 1'000'000u);
    for (const auto& input : request.inputs()) received += input.received();
  }
  EXPECT_EQ(received, sent);
  EXPECT_EQ(queue.bytes(), 0u);
}

TEST(RequestQueue, BoundsTheInputsOfARequest) {
  RequestQueue queue;
  for (uint64_t id = 0; id < 3 * RequestQueue::kMaxInputs; ++id) queue.Forward(id, "x");
  uint64_t next = 0;
  for (const auto& request : TakeAll(queue)) {
    EXPECT_LE(static_cast<size_t>(request.inputs_size()), RequestQueue::kMaxInputs);
    for (const auto& input : request.inputs()) EXPECT_EQ(input.connection_id(), next++);
  }
  EXPECT_EQ(next, 3 * RequestQueue::kMaxInputs);
}

TEST(RequestQueue, DoesNotKeepTheMemoryOfLongInputs) {
  RequestQueue queue;
  v1::HandshakeRequest request;
  for (int i = 0; i < 20; ++i) {
    for (int before = 0; before < i; ++before) queue.Forward(1, "x");
    queue.Forward(1, std::string(RequestQueue::kMaxInputBytes, 'x'));
    queue.TakeNext(request);
  }
  queue.Forward(1, "x");
  queue.TakeNext(request);
  EXPECT_LT(request.SpaceUsedLong(), RequestQueue::kMaxInputBytes);
}

}  // namespace
}  // namespace sallyport::client

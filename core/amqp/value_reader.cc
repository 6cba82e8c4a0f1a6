#include "core/amqp/value_reader.h"

#include <algorithm>

#include "core/amqp/type_codes.h"
#include "core/amqp/utf8.h"

namespace sallyport::amqp {
namespace {

uint64_t DecodeBigEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<uint8_t>(byte);
  return value;
}

bool IsAscii(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](char byte) { return static_cast<uint8_t>(byte) < 0x80; });
}

}  // namespace

uint16_t DecodeUint16(std::string_view bytes) {
  return static_cast<uint16_t>(DecodeBigEndian(bytes.substr(0, 2)));
}

uint32_t DecodeUint32(std::string_view bytes) {
  return static_cast<uint32_t>(DecodeBigEndian(bytes.substr(0, 4)));
}

void ValueReader::Fail(const char* what) {
  if (error_ == nullptr) error_ = what;
  bytes_ = {};
}

std::string_view ValueReader::ReadBytes(size_t size) {
  if (size > bytes_.size()) {
    Fail(cut_short_);
    return {};
  }
  const std::string_view taken = bytes_.substr(0, size);
  bytes_.remove_prefix(size);
  return taken;
}

uint8_t ValueReader::PeekCode() {
  if (bytes_.empty()) {
    Fail(cut_short_);
    return 0;
  }
  return static_cast<uint8_t>(bytes_.front());
}

bool ValueReader::TakeNull() {
  if (PeekCode() != kNull) return false;
  ReadUint8();
  return true;
}

uint8_t ValueReader::ReadUint8() { return static_cast<uint8_t>(DecodeBigEndian(ReadBytes(1))); }

uint32_t ValueReader::ReadUint32() { return static_cast<uint32_t>(DecodeBigEndian(ReadBytes(4))); }

uint64_t ValueReader::ReadUint64() { return DecodeBigEndian(ReadBytes(8)); }

std::string_view ValueReader::ReadSymbol(const SymbolErrors& errors) {
  return ReadSymbolOf(ReadUint8(), errors);
}

std::string_view ValueReader::ReadSymbolOf(uint8_t code, const SymbolErrors& errors) {
  std::string_view symbol;
  switch (code) {
    case kSymbol8:
      symbol = ReadBytes(ReadUint8());
      break;
    case kSymbol32:
      symbol = ReadBytes(ReadUint32());
      break;
    case kString8:
    case kString32:
      Fail(errors.is_string);
      break;
    default:
      Fail(errors.wrong_type);
  }
  if (!IsAscii(symbol)) {
    Fail(errors.not_ascii);
    return {};
  }
  return symbol;
}

std::string_view ValueReader::ReadBinary(const char* wrong_type) {
  switch (ReadUint8()) {
    case kBinary8:
      return ReadBytes(ReadUint8());
    case kBinary32:
      return ReadBytes(ReadUint32());
    default:
      Fail(wrong_type);
      return {};
  }
}

std::string_view ValueReader::ReadString(const StringErrors& errors) {
  std::string_view string;
  switch (ReadUint8()) {
    case kString8:
      string = ReadBytes(ReadUint8());
      break;
    case kString32:
      string = ReadBytes(ReadUint32());
      break;
    default:
      Fail(errors.wrong_type);
  }
  if (!IsUtf8(string)) {
    Fail(errors.not_utf8);
    return {};
  }
  return string;
}

uint8_t ValueReader::ReadUbyte(const char* wrong_type) {
  if (ReadUint8() != kUbyte) {
    Fail(wrong_type);
    return 0;
  }
  return ReadUint8();
}

Compound ValueReader::ReadList(const CompoundErrors& errors) {
  switch (ReadUint8()) {
    case kList0:
      return {};
    case kList8:
      return ReadCompound8(errors.no_count);
    case kList32:
      return ReadCompound32(errors.no_count);
    default:
      Fail(errors.wrong_type);
      return {};
  }
}

Compound ValueReader::ReadArray(const CompoundErrors& errors) {
  switch (ReadUint8()) {
    case kArray8:
      return ReadCompound8(errors.no_count);
    case kArray32:
      return ReadCompound32(errors.no_count);
    default:
      Fail(errors.wrong_type);
      return {};
  }
}

Compound ValueReader::ReadCompound8(const char* no_count) {
  ValueReader inside(ReadBytes(ReadUint8()), no_count);
  const uint32_t count = inside.ReadUint8();
  if (inside.error_ != nullptr) Fail(inside.error_);
  return {count, inside.bytes_};
}

Compound ValueReader::ReadCompound32(const char* no_count) {
  ValueReader inside(ReadBytes(ReadUint32()), no_count);
  const uint32_t count = inside.ReadUint32();
  if (inside.error_ != nullptr) Fail(inside.error_);
  return {count, inside.bytes_};
}

}  // namespace sallyport::amqp

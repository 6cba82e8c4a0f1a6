#include "core/amqp/value_writer.h"

#include <algorithm>

#include "core/amqp/type_codes.h"

namespace sallyport::amqp {
namespace {

constexpr size_t kMaxUint8 = 0xff;

void AppendVariable(TypeCode code8, TypeCode code32, std::string_view value, std::string* out) {
  if (value.size() <= kMaxUint8) {
    AppendUint8(code8, out);
    AppendUint8(static_cast<uint8_t>(value.size()), out);
  } else {
    AppendUint8(code32, out);
    AppendUint32(static_cast<uint32_t>(value.size()), out);
  }
  out->append(value);
}

// How an array of symbols is laid out.
struct SymbolArrayLayout {
  bool wide_elements;   // sym32
  bool wide_array;      // array32
  size_t content_size;  // the element constructor and the elements
};

SymbolArrayLayout LayOut(std::span<const std::string_view> symbols) {
  SymbolArrayLayout layout{};
  layout.wide_elements = std::any_of(symbols.begin(), symbols.end(), [](std::string_view symbol) {
    return symbol.size() > kMaxUint8;
  });
  layout.content_size = 1;
  for (const std::string_view symbol : symbols) {
    layout.content_size += symbol.size() + (layout.wide_elements ? 4 : 1);
  }
  // Every element takes a byte or more, so that a count over 255 is wide too.
  layout.wide_array = layout.content_size + 1 > kMaxUint8;
  return layout;
}

}  // namespace

void AppendUint8(uint8_t value, std::string* out) { out->push_back(static_cast<char>(value)); }

void AppendUint32(uint32_t value, std::string* out) {
  for (int shift = 24; shift >= 0; shift -= 8)
    AppendUint8(static_cast<uint8_t>(value >> shift), out);
}

size_t SizeOfVariable(size_t length) { return length + (length <= kMaxUint8 ? 2 : 5); }

void AppendSymbol(std::string_view value, std::string* out) {
  AppendVariable(kSymbol8, kSymbol32, value, out);
}

void AppendBinary(std::string_view value, std::string* out) {
  AppendVariable(kBinary8, kBinary32, value, out);
}

void AppendString(std::string_view value, std::string* out) {
  AppendVariable(kString8, kString32, value, out);
}

void AppendNull(std::string* out) { AppendUint8(kNull, out); }

void AppendUbyte(uint8_t value, std::string* out) {
  AppendUint8(kUbyte, out);
  AppendUint8(value, out);
}

size_t SizeOfSymbolArray(std::span<const std::string_view> symbols) {
  const SymbolArrayLayout layout = LayOut(symbols);
  return layout.content_size + (layout.wide_array ? 9 : 3);
}

void AppendSymbolArray(std::span<const std::string_view> symbols, std::string* out) {
  const SymbolArrayLayout layout = LayOut(symbols);
  if (layout.wide_array) {
    AppendUint8(kArray32, out);
    AppendUint32(static_cast<uint32_t>(layout.content_size + 4), out);
    AppendUint32(static_cast<uint32_t>(symbols.size()), out);
  } else {
    AppendUint8(kArray8, out);
    AppendUint8(static_cast<uint8_t>(layout.content_size + 1), out);
    AppendUint8(static_cast<uint8_t>(symbols.size()), out);
  }
  AppendUint8(layout.wide_elements ? kSymbol32 : kSymbol8, out);
  for (const std::string_view symbol : symbols) {
    if (layout.wide_elements) {
      AppendUint32(static_cast<uint32_t>(symbol.size()), out);
    } else {
      AppendUint8(static_cast<uint8_t>(symbol.size()), out);
    }
    out->append(symbol);
  }
}

// A list's size field covers its count, which is as wide as itself.
size_t SizeOfListHeader(size_t content_size) { return content_size + 1 <= kMaxUint8 ? 3 : 9; }

void AppendListHeader(uint8_t count, size_t content_size, std::string* out) {
  if (content_size + 1 <= kMaxUint8) {
    AppendUint8(kList8, out);
    AppendUint8(static_cast<uint8_t>(content_size + 1), out);
    AppendUint8(count, out);
  } else {
    AppendUint8(kList32, out);
    AppendUint32(static_cast<uint32_t>(content_size + 4), out);
    AppendUint32(count, out);
  }
}

}  // namespace sallyport::amqp

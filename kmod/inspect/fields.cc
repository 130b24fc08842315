// SPDX-License-Identifier: GPL-2.0
// fields.def as the table by which the layouts are found.
#include "fields.hh"

#include "views.hh"

namespace wqlab {

namespace {

namespace field_list {

using enum Need;
using namespace view;

constexpr FieldTable<Field> kTable({
#define FIELD(id, need, views, of, path, sizes) {Field::id, field::member(of, path, views, sizes, need)},
#define WHOLE(id, need, views, of) {Field::id, field::whole(of, views, need)},
#define VARIABLE(id, need, views, name) {Field::id, field::variable(name, views, need)},
#define CONSTANT(id, need, views, name) {Field::id, field::constant(name, views, nullptr, need)},
#include "fields.def"
});

}  // namespace field_list

}  // namespace

constinit const FieldTable<Field> kFields = field_list::kTable;

}  // namespace wqlab

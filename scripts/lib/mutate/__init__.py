# SPDX-License-Identifier: GPL-2.0
"""Mutation testing of kernel/workqueue.c: which faults in it would the checks see?

  source    the C file as a tree of nodes with their places in the text, by clang
  rules     what is done to it: each rule looks at nodes and yields mutants
  mutant    one fault, as edits of the text, and all of them in one text behind a switch
  weed      drops what does not compile and what compiles to the same code
  kernel    builds the one kernel that has them all
  guest     a running guest in which mutants are switched on and judged
  suite     what a check's word is of
  coverage  which check reaches what
  judge     what becomes of one mutant
  campaign  which mutants, in which order, by which checks; the results
  verdicts  those that tests/mutation keeps, and its reasons
  sample    does the suite still kill whom it did?
  report    docs/mutation.md, and what is printed"""

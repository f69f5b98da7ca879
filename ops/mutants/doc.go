// Mutants proves the checkers: it plants bugs in the product, one at a time, and wants each to be
// caught, by the oracle of the simulation or by an assertion about real servers. The product's
// files hold none of them: a build needs this program's overlay and the bug's own build tag.
package main

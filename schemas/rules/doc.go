// Package rules is what makes a level: the versioned rules file, the business calendar and the
// arithmetic of both. It is pure: every moment comes from its caller.
package rules

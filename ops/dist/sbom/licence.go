package sbom

import (
	"os"
	"path/filepath"
	"strings"
	"unicode"
)

// licenceOf is the SPDX id of a module's licence, read from its text in the module cache; "" when
// there is none that is known for sure.
func licenceOf(modules, path, version string) string {
	if modules == "" || version == "" {
		return ""
	}
	dir := filepath.Join(modules, escaped(path)+"@"+escaped(version))
	for _, name := range []string{"LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "COPYING", "LICENSE-MIT"} {
		if text, err := os.ReadFile(filepath.Join(dir, name)); err == nil {
			return spdxOf(string(text))
		}
	}
	return ""
}

// escaped is a module's path as the cache writes it: a capital letter is its small one behind a "!".
func escaped(path string) string {
	var out strings.Builder
	for _, r := range path {
		if unicode.IsUpper(r) {
			out.WriteByte('!')
		}
		out.WriteRune(unicode.ToLower(r))
	}
	return out.String()
}

// spdxOf knows the usual licences by their own sentences. The first match counts: a text that quotes
// another licence further down is still what it begins with.
func spdxOf(text string) string {
	text = strings.ToLower(strings.Join(strings.Fields(text), " "))
	has := func(sentence string) bool { return strings.Contains(text, sentence) }
	switch {
	case has("apache license version 2.0"), has("apache license, version 2.0"):
		return "Apache-2.0"
	case has("mozilla public license version 2.0"), has("mozilla public license, version 2.0"):
		return "MPL-2.0"
	case has("redistribution and use in source and binary forms"):
		if has("neither the name") || has("names of its contributors may") || has("name of the author may not") {
			return "BSD-3-Clause"
		}
		return "BSD-2-Clause"
	case has("permission to use, copy, modify, and/or distribute this software for any purpose with or without fee"),
		has("permission to use, copy, modify, and distribute this software for any purpose with or without fee"):
		return "ISC"
	case has("permission is hereby granted, free of charge, to any person obtaining a copy"):
		return "MIT"
	}
	return ""
}

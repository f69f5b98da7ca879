package sbom

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

func TestBillNamesEveryPart(t *testing.T) {
	info := &buildinfo.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Path: "sluice"}, Settings: []debug.BuildSetting{{Key: "GOOS", Value: "linux"}}}
	for _, dep := range []debug.Module{
		{Path: "z.org/last", Version: "v1.0.0", Sum: "h1:abc="},
		{Path: "a.org/replaced", Version: "v1.0.0", Replace: &debug.Module{Path: "a.org/fork", Version: "v2.0.0"}},
	} {
		info.Deps = append(info.Deps, &dep)
	}
	bill := billOf(info, sha256.New().Sum(nil), About{Version: "v1.2.3", Licence: "Apache-2.0", At: time.Unix(1790000000, 0)})
	main := bill.Metadata.Component
	if main.PackageURL != "pkg:golang/sluice@v1.2.3" || (*main.Hashes)[0].Value[:8] != "e3b0c442" || bill.Metadata.Timestamp != "2026-09-21T14:13:20Z" {
		t.Errorf("the binary itself is %+v, the bill of %s", main, bill.Metadata.Timestamp)
	}
	var urls []string
	for _, part := range *bill.Components {
		urls = append(urls, part.PackageURL)
	}
	if want := []string{"pkg:golang/a.org/fork@v2.0.0", "pkg:golang/std@1.26.8", "pkg:golang/z.org/last@v1.0.0"}; !slices.Equal(urls, want) {
		t.Errorf("parts %v, want %v", urls, want)
	}
	if last := (*bill.Components)[2]; (*last.Properties)[0] != (cdx.Property{Name: "go:sum", Value: "h1:abc="}) {
		t.Errorf("the last part is %+v", last)
	}
	if deps := (*bill.Dependencies)[0]; deps.Ref != main.BOMRef || !slices.Equal(*deps.Dependencies, urls) {
		t.Errorf("dependencies %+v", deps)
	}
}

func TestABinaryGivesOneBill(t *testing.T) {
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var first, second bytes.Buffer
	for _, out := range []*bytes.Buffer{&first, &second} {
		if err := Write(out, binary, About{Version: "v1"}); err != nil {
			t.Fatal(err)
		}
	}
	var bill cdx.BOM
	if err := json.Unmarshal(first.Bytes(), &bill); err != nil || bill.SpecVersion != cdx.SpecVersion1_6 {
		t.Errorf("%v, version %v", err, bill.SpecVersion)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the same binary gives two bills")
	}
}

func TestNoBillOfWhatIsNoGoBinary(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(path, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Write(&bytes.Buffer{}, path, About{}); err == nil {
		t.Error("a text was taken for a binary")
	}
}

func TestLicences(t *testing.T) {
	cases := map[string]string{
		"MIT License\n\nPermission is hereby granted, free of charge, to any\nperson obtaining a copy":                   "MIT",
		"                 Apache License\n           Version 2.0, January 2004":                                          "Apache-2.0",
		"Mozilla Public License Version 2.0":                                                                             "MPL-2.0",
		"Redistribution and use in source and binary forms … Neither the name of":                                        "BSD-3-Clause",
		"Redistribution and use in source and binary forms, with or without":                                             "BSD-2-Clause",
		"Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby": "ISC",
		"All rights reserved": "",
	}
	for text, want := range cases {
		if got := spdxOf(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	modules := t.TempDir()
	dir := filepath.Join(modules, "github.com", "!i!b!m", "sarama@v1.0.0")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "LICENSE.md"), []byte("Permission is hereby granted, free of charge, to any person obtaining a copy"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := licenceOf(modules, "github.com/IBM/sarama", "v1.0.0"); got != "MIT" {
		t.Errorf("found %q", got)
	}
	if got := licenceOf(modules, "github.com/other/thing", "v1.0.0"); got != "" {
		t.Errorf("found %q for what is not there", got)
	}
}

// Package sbom writes the bill of materials of a Go binary, in CycloneDX's JSON, from
// what the go command has put into the binary.
package sbom

import (
	"cmp"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// About is what a binary does not say of itself.
type About struct {
	Version string    // of the binary's own module
	Licence string    // its SPDX id
	At      time.Time // the bill's time: the commit's, so that it stays the same
	Modules string    // the module cache, where licences are looked for; "" = nowhere
}

// Write describes the binary: itself with its SHA-256, Go's standard library, and every
// module that is in it, with its checksum of go.sum and, where its licence's text is known, the
// licence. The same binary gives the same bytes.
func Write(out io.Writer, binary string, about About) error {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return fmt.Errorf("reading the binary: %w", err)
	}
	sum, err := sumOf(binary)
	if err != nil {
		return fmt.Errorf("reading the binary: %w", err)
	}
	return cdx.NewBOMEncoder(out, cdx.BOMFileFormatJSON).SetPretty(true).EncodeVersion(billOf(info, sum, about), cdx.SpecVersion1_6)
}

func billOf(info *buildinfo.BuildInfo, sum []byte, about About) *cdx.BOM {
	bill := cdx.NewBOM()
	bill.SerialNumber = "urn:uuid:" + uuidOf(sum)
	main := component(info.Main.Path, about.Version, about.Licence)
	main.Type = cdx.ComponentTypeApplication
	main.Hashes = &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: hex.EncodeToString(sum)}}
	main.Properties = properties(info)
	bill.Metadata = &cdx.Metadata{Timestamp: about.At.UTC().Format(time.RFC3339), Component: &main}

	parts := []cdx.Component{component("std", strings.TrimPrefix(info.GoVersion, "go"), "BSD-3-Clause")}
	for _, dep := range info.Deps {
		module := cmp.Or(dep.Replace, dep)
		part := component(module.Path, module.Version, licenceOf(about.Modules, module.Path, module.Version))
		if module.Sum != "" {
			part.Properties = &[]cdx.Property{{Name: "go:sum", Value: module.Sum}}
		}
		parts = append(parts, part)
	}
	slices.SortFunc(parts, func(a, b cdx.Component) int { return cmp.Compare(a.PackageURL, b.PackageURL) })
	bill.Components = &parts
	refs := make([]string, 0, len(parts))
	for _, part := range parts {
		refs = append(refs, part.BOMRef)
	}
	bill.Dependencies = &[]cdx.Dependency{{Ref: main.BOMRef, Dependencies: &refs}}
	return bill
}

// component is a module under its package URL; licence "" says nothing.
func component(path, version, licence string) cdx.Component {
	url := "pkg:golang/" + path + "@" + version
	c := cdx.Component{BOMRef: url, Type: cdx.ComponentTypeLibrary, Name: path, Version: version, PackageURL: url}
	if licence != "" {
		c.Licenses = &cdx.Licenses{{License: &cdx.License{ID: licence}}}
	}
	return c
}

// properties are the settings of the build.
func properties(info *buildinfo.BuildInfo) *[]cdx.Property {
	found := []cdx.Property{{Name: "go:version", Value: info.GoVersion}}
	for _, s := range info.Settings {
		found = append(found, cdx.Property{Name: "go:build:" + s.Key, Value: s.Value})
	}
	return &found
}

func sumOf(path string) (sum []byte, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return nil, err
	}
	return hash.Sum(nil), nil
}

// uuidOf makes a UUID of a checksum (version 8: its bits are the maker's).
func uuidOf(sum []byte) string {
	id := slices.Clone(sum[:16])
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

// Package settings reads a struct of settings from defaults, one YAML file and the
// environment, in this order, each stronger than the one before.
//
// A field is a setting when it carries the tag `key`; a struct field with that tag is a
// section. Its other tags are `default`, `unit` and `doc`, which the reference prints, and
// `range` ("1ms..10m", "0|1s..10m") or `oneOf` ("lz4|none"), outside which it is refused.
// The environment's name of a setting is its path in upper snake case behind a prefix:
// gps.maxAge is SLUICE_GPS_MAX_AGE. Everything that is wrong is reported at once, and
// what is not known is refused: a misspelt setting never falls back to its default silently.
package settings

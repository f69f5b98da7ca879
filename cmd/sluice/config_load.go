package main

import (
	"errors"

	"sluice/internal/settings"
)

const envPrefix = "SLUICE_"

// loadConfig reads defaults, file and environment; any complaint is one of usage, and a line
// of its own.
func loadConfig(file string, environ []string) (*config, error) {
	return loadConfigWith(file, environ, func(*config) {})
}

// loadConfigWith lets the command line's flags have the last word. Beside what every command refuses, it refuses what
// the checks do. Of a setting that could not be read nothing more is said.
func loadConfigWith(file string, environ []string, flags func(*config), checks ...func(*config) error) (*config, error) {
	cfg := &config{}
	err := settings.Load(cfg, settings.Source{File: file, Environ: environ, Prefix: envPrefix, Foreign: foreignVariables()})
	points, armed := newFailpoints(environ)
	cfg.failpoints = points
	flags(cfg)
	doubts := doubtsOf(err, cfg)
	for _, check := range append([]func(*config) error{(*config).validate}, checks...) {
		armed = errors.Join(armed, doubts.without(check(cfg)))
	}
	if err := errors.Join(err, armed); err != nil {
		return nil, usage(err)
	}
	return cfg, nil
}

// foreignVariables begin with our prefix and are no settings: those of tests and of the
// stack, and what only one command reads.
func foreignVariables() []string {
	return append(failpointVariables(), "SLUICE_TEST_", "SLUICE_STACK_", "SLUICE_CONFIG", "SLUICE_API_KEY")
}

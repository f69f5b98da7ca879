package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.uber.org/zap"

	"sluice/internal/telemetry"
)

// The roles.
const (
	roleGateway   = "gateway"
	roleQuery     = "query"
	rolePipelines = "pipelines"
	roleJobs      = "jobs"
	roleAll       = "all"
)

func allRoles() []string { return []string{roleGateway, roleJobs, rolePipelines, roleQuery} }

// configFlag names the configuration file; every command that speaks to a server has it.
type configFlag struct {
	Config string `help:"Configuration file (YAML); the environment is stronger than it." type:"path" env:"SLUICE_CONFIG" placeholder:"FILE"`
}

// runCmd is `sluice run`.
type runCmd struct {
	configFlag
	Roles     string `arg:"" placeholder:"ROLE[,ROLE…]" help:"gateway, query, pipelines, jobs or all, comma separated."`
	Pipelines narrow `help:"Run only these pipelines." placeholder:"NAME,…"`
}

// Help is the long text of --help.
func (runCmd) Help() string {
	return `Runs until SIGTERM or SIGINT, then drains within 10 s and says what each pipeline left; a second signal ends the process at once. ` +
		`Prints the addresses and "ready" when all is up. Needs what "sluice setup" makes; a server that is away is waited for.

Pipelines: ` + strings.Join(pipelineNames(), ", ") + `, and webhook-NAME for each of webhook.services.

Example:
  sluice run gateway,query --config sluice.yaml
  sluice run pipelines --pipelines gps-live`
}

// Run serves the roles until ctx ends.
func (c *runCmd) Run(ctx context.Context, p *process) error {
	roles, err := parseRoles(c.Roles)
	if err == nil && len(c.Pipelines) > 0 && !slices.Contains(roles, rolePipelines) {
		err = errors.New("--pipelines is given, but not the role pipelines")
	}
	if err != nil {
		return usage(err)
	}
	cfg, err := loadConfig(c.Config, p.environ)
	if err != nil {
		return err
	}
	if err := cfg.knownPipelines(c.Pipelines); err != nil {
		return usage(err)
	}
	log, err := telemetry.NewLogger(cfg.log(), p.stderr)
	if err != nil {
		return usage(err)
	}
	p.limitMemory(cfg.Memory.forRoles(roles))
	build := buildOf()
	log.Info("starting", zap.String("version", build.Version), zap.String("revision", build.Revision), zap.Strings("roles", roles))
	reg, err := telemetry.NewRegistry(build)
	if err != nil {
		return err
	}
	on, err := clusterSite(cfg, reg, log)
	if err != nil {
		return err
	}
	a, err := newApp(ctx, cfg, on, roles, c.Pipelines, reg, log)
	if err != nil {
		return err
	}
	return a.run(ctx)
}

// parseRoles reads gateway,query or all.
func parseRoles(text string) ([]string, error) {
	var roles []string
	for role := range strings.SplitSeq(text, ",") {
		switch {
		case role == roleAll:
			roles = append(roles, allRoles()...)
		case slices.Contains(allRoles(), role):
			roles = append(roles, role)
		default:
			return nil, fmt.Errorf("role %q is none of %s, %s", role, strings.Join(allRoles(), ", "), roleAll)
		}
	}
	slices.Sort(roles)
	return slices.Compact(roles), nil
}

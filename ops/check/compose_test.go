package check

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"sigs.k8s.io/yaml"
)

const root = "../.."

// roles are the services that run our binary for long.
func roles() []string { return []string{"gateway", "query", "pipelines", "jobs"} }

// composed loads files as `docker compose -f … -f …` does: schema, interpolation, merge, consistency.
func composed(t *testing.T, profiles []string, files ...string) *types.Project {
	t.Helper()
	dir, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	details := types.ConfigDetails{WorkingDir: dir, Environment: types.Mapping{}}
	for _, file := range files {
		details.ConfigFiles = append(details.ConfigFiles, types.ConfigFile{Filename: filepath.Join(dir, file)})
	}
	project, err := loader.LoadWithContext(context.Background(), details, func(o *loader.Options) {
		o.SetProjectName("sluice", true)
		o.Profiles = profiles
	})
	if err != nil {
		t.Fatal(err)
	}
	return project
}

func TestComposeIsWholeOnOneMachine(t *testing.T) {
	project := composed(t, []string{"cli"}, "docker-compose.yml")
	want := []string{"cli", "elasticsearch", "gateway", "grafana", "jobs", "kafka", "kibana", "pipelines", "prometheus", "query", "redis", "setup"}
	if got := project.ServiceNames(); !slices.Equal(got, want) {
		t.Fatalf("services %v, want %v", got, want)
	}
	for name, service := range project.Services {
		complaints(t, project, name, service)
	}
	for _, role := range []string{"pipelines", "jobs"} {
		if n := *project.Services[role].Deploy.Replicas; n != 2 {
			t.Errorf("%d replicas of %s", n, role)
		}
	}
}

// complaints hold every service to the same rules.
func complaints(t *testing.T, project *types.Project, name string, service types.ServiceConfig) {
	t.Helper()
	ours := service.Image == "sluice:local"
	once := name == "setup" || name == "cli"
	if !ours && !regexp.MustCompile(`:v?\d+\.\d+\.\d+(-alpine)?$`).MatchString(service.Image) {
		t.Errorf("%s: the tag of %s is not pinned", name, service.Image)
	}
	if service.Restart == "" {
		t.Errorf("%s has no restart policy", name)
	}
	if service.Deploy == nil || service.Deploy.Resources.Limits == nil || service.Deploy.Resources.Limits.MemoryBytes == 0 || service.Deploy.Resources.Limits.NanoCPUs == 0 {
		t.Errorf("%s has no limits", name)
	}
	if !once && (service.HealthCheck == nil || service.HealthCheck.Disable) {
		t.Errorf("%s has no health check", name)
	}
	for other, dependency := range service.DependsOn {
		target := project.Services[other]
		switch dependency.Condition {
		case types.ServiceConditionHealthy:
			if target.HealthCheck == nil || target.HealthCheck.Disable {
				t.Errorf("%s waits for the health of %s, which has none", name, other)
			}
		case types.ServiceConditionCompletedSuccessfully:
			if other != "setup" {
				t.Errorf("%s waits for the end of %s, which never ends", name, other)
			}
		default:
			t.Errorf("%s waits for %s without saying for what: %q", name, other, dependency.Condition)
		}
	}
	for _, port := range service.Ports {
		if port.HostIP != "127.0.0.1" || port.Target == 9100 {
			t.Errorf("%s publishes %d on %q", name, port.Target, port.HostIP)
		}
	}
	for _, volume := range service.Volumes {
		if volume.Type == types.VolumeTypeBind {
			if _, err := os.Stat(volume.Source); err != nil {
				t.Errorf("%s mounts what is not there: %v", name, err)
			}
		}
	}
}

func TestComposeRunsSluiceAsItIs(t *testing.T) {
	project := composed(t, []string{"cli"}, "docker-compose.yml")
	for _, name := range roles() {
		service := project.Services[name]
		if !slices.Equal(service.Command, types.ShellCommand{"run", name}) {
			t.Errorf("%s runs %v", name, service.Command)
		}
		if !slices.Equal(service.HealthCheck.Test, types.HealthCheckTest{"CMD", "/sluice", "health"}) {
			t.Errorf("%s is checked by %v", name, service.HealthCheck.Test)
		}
		if service.DependsOn["setup"].Condition != types.ServiceConditionCompletedSuccessfully {
			t.Errorf("%s does not wait for setup", name)
		}
		if service.StopGracePeriod == nil || service.StopGracePeriod.String() != "15s" {
			t.Errorf("%s: a stop takes up to 10 s, its grace is %v", name, service.StopGracePeriod)
		}
		if listen := *service.Environment["SLUICE_OPS_LISTEN"]; listen != "0.0.0.0:9100" {
			t.Errorf("%s has its ops listener at %s; Prometheus asks 9100", name, listen)
		}
		for _, port := range service.Ports {
			if !strings.HasSuffix(*service.Environment["SLUICE_HTTP_LISTEN"], ":"+"8080") || port.Target != 8080 {
				t.Errorf("%s publishes %d", name, port.Target)
			}
		}
		if !service.ReadOnly || !slices.Equal(service.CapDrop, []string{"ALL"}) {
			t.Errorf("%s may write or has capabilities", name)
		}
	}
	for _, network := range []string{"data", "ops"} {
		if !project.Networks[network].Internal {
			t.Errorf("network %s has a way out", network)
		}
	}
}

// With the cluster's file the servers are not started, and what is left is still consistent.
func TestComposeOverARealCluster(t *testing.T) {
	project := composed(t, nil, "docker-compose.yml", "ops/compose/cluster.yml")
	want := []string{"gateway", "grafana", "jobs", "pipelines", "prometheus", "query", "setup"}
	if got := project.ServiceNames(); !slices.Equal(got, want) {
		t.Fatalf("services %v, want %v", got, want)
	}
	for _, name := range append(roles(), "setup") {
		service := project.Services[name]
		if _, there := service.Networks["data"]; there {
			t.Errorf("%s is still on the network of the servers that are not there", name)
		}
		if got := *service.Environment["SLUICE_TOPIC_REPLICAS"]; got != "3" {
			t.Errorf("%s: topic.replicas is %s", name, got)
		}
		mounted := map[string]bool{}
		for _, secret := range service.Secrets {
			mounted["/run/secrets/"+secret.Source] = true
		}
		for variable, value := range service.Environment {
			if strings.HasPrefix(*value, "/run/secrets/") && !mounted[*value] {
				t.Errorf("%s: %s names %s, which is not mounted", name, variable, *value)
			}
		}
	}
	for name, secret := range project.Secrets {
		if !strings.Contains(secret.File, "/ops/compose/secrets/") {
			t.Errorf("secret %s is at %s, where git may see it", name, secret.File)
		}
	}
	if ignored := string(read(t, root+"/ops/compose/.gitignore")); !strings.Contains(ignored, "/secrets/\n") {
		t.Error("git does not ignore ops/compose/secrets")
	}
}

// Prometheus asks the ports that there are, under the name that rules and dashboard know, and reads the rules.
func TestPrometheusAsksTheRoles(t *testing.T) {
	var file struct {
		RuleFiles     []string `json:"rule_files"`
		ScrapeConfigs []struct {
			JobName string `json:"job_name"`
			DNS     []struct {
				Names []string `json:"names"`
				Port  int      `json:"port"`
			} `json:"dns_sd_configs"`
		} `json:"scrape_configs"`
	}
	if err := yaml.Unmarshal(read(t, "../compose/prometheus.yml"), &file); err != nil {
		t.Fatal(err)
	}
	job := file.ScrapeConfigs[0]
	if job.JobName != "sluice" || job.DNS[0].Port != 9100 || !slices.Equal(job.DNS[0].Names, roles()) {
		t.Errorf("asks %v as %s", job.DNS, job.JobName)
	}
	service := composed(t, nil, "docker-compose.yml").Services["prometheus"]
	for _, rules := range file.RuleFiles {
		if !slices.ContainsFunc(service.Volumes, func(v types.ServiceVolumeConfig) bool { return v.Target == rules }) {
			t.Errorf("%s is not mounted", rules)
		}
	}
}

package check

import (
	"regexp"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// fits complains when the limit of Go's heap leaves less than a quarter of a container to the rest of the
// process: `sluice doctor` would complain there, and the kernel end it.
func fits(t *testing.T, who, limit string, container int64) {
	t.Helper()
	if limit == "" {
		limit = defaultMemoryLimit(t)
	}
	heap, err := resource.ParseQuantity(strings.TrimSuffix(limit, "B"))
	if err != nil || heap.Value() < 64<<20 || heap.Value() > container/4*3 {
		t.Errorf("%s has %d MiB of memory, and memory.limit is %s (%v)", who, container>>20, limit, err)
	}
}

// defaultMemoryLimit is what the reference of the configuration says.
func defaultMemoryLimit(t *testing.T) string {
	t.Helper()
	row := regexp.MustCompile("`memory.limit` [^`]*`SLUICE_MEMORY_LIMIT`[^`]*`([0-9]+MiB)`").FindStringSubmatch(string(read(t, root+"/ops/configuration.md")))
	if row == nil {
		t.Fatal("the reference has no default of memory.limit")
	}
	return row[1]
}

func TestComposeGivesEachServiceItsMemory(t *testing.T) {
	project := composed(t, []string{"cli"}, "docker-compose.yml")
	for _, name := range append(roles(), "setup", "cli") {
		service, limit := project.Services[name], ""
		if value := service.Environment["SLUICE_MEMORY_LIMIT"]; value != nil {
			limit = *value
		}
		fits(t, name, limit, int64(service.Deploy.Resources.Limits.MemoryBytes))
	}
	if cli, pipelines := project.Services["cli"], project.Services["pipelines"]; cli.Deploy.Resources.Limits.MemoryBytes < pipelines.Deploy.Resources.Limits.MemoryBytes {
		t.Error("cli has less memory than pipelines: a replay carries records as they do")
	}
}

// A JVM with the broker's own heap would not fit beside it.
func TestComposeChecksKafkaWithALittleHeap(t *testing.T) {
	kafka := composed(t, nil, "docker-compose.yml").Services["kafka"]
	for _, word := range kafka.HealthCheck.Test {
		if heap := regexp.MustCompile(`^KAFKA_HEAP_OPTS=.*-Xmx([0-9]+m)`).FindStringSubmatch(word); heap != nil && heap[1] == "64m" {
			return
		}
	}
	t.Errorf("Kafka is checked by %v", kafka.HealthCheck.Test)
}

func TestKubernetesGivesEachPodItsMemory(t *testing.T) {
	m := loadManifests(t)
	pods := map[string]*corev1.PodSpec{"setup": &m.jobs["setup"].Spec.Template.Spec}
	for _, role := range roles() {
		pods[role] = &m.deployments[role].Spec.Template.Spec
	}
	for name, pod := range pods {
		container := &pod.Containers[0]
		limit := environment(t, base+"sluice.env")["SLUICE_MEMORY_LIMIT"]
		for _, variable := range container.Env {
			if variable.Name == "SLUICE_MEMORY_LIMIT" {
				limit = variable.Value
			}
		}
		fits(t, name, limit, container.Resources.Limits.Memory().Value())
	}
}

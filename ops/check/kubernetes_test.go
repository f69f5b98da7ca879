package check

import (
	"maps"
	"net"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/yaml"
)

// stopWithin is how long a process may take to stop (cmd/sluice/config_check.go).
const stopWithin = 10 * time.Second

func TestKubernetesHasEveryRole(t *testing.T) {
	m := loadManifests(t)
	for _, role := range roles() {
		deployment := m.deployments[role]
		if deployment == nil {
			t.Fatalf("no deployment %s", role)
		}
		pod := deployment.Spec.Template
		if !slices.Equal(pod.Spec.Containers[0].Args, []string{"run", role}) {
			t.Errorf("%s runs %v", role, pod.Spec.Containers[0].Args)
		}
		selects(t, "deployment "+role, deployment.Spec.Selector, pod.Labels)
		for _, spread := range pod.Spec.TopologySpreadConstraints {
			selects(t, "spread of "+role, spread.LabelSelector, pod.Labels)
		}
		if m.budgets[role] == nil {
			t.Fatalf("no disruption budget for %s", role)
		}
		selects(t, "budget of "+role, m.budgets[role].Spec.Selector, pod.Labels)
		checkPod(t, role, &pod.Spec)
		checkProbes(t, role, &pod.Spec.Containers[0])
	}
	if setup := m.jobs["setup"]; setup == nil || !slices.Equal(setup.Spec.Template.Spec.Containers[0].Args, []string{"setup"}) {
		t.Error("no job runs setup")
	} else {
		checkPod(t, "setup", &setup.Spec.Template.Spec)
	}
	scaler := m.scalers["gateway"]
	if scaler == nil || scaler.Spec.ScaleTargetRef.Name != "gateway" || m.deployments["gateway"].Spec.Replicas != nil {
		t.Error("the gateway is not the autoscaler's, or its deployment fixes the replicas as well")
	}
}

// checkPod holds what every pod of ours must be.
func checkPod(t *testing.T, role string, pod *corev1.PodSpec) {
	t.Helper()
	container := &pod.Containers[0]
	if grace := pod.TerminationGracePeriodSeconds; grace == nil || time.Duration(*grace)*time.Second <= stopWithin {
		t.Errorf("%s: a stop may take %s, its grace is %v s", role, stopWithin, grace)
	}
	context := container.SecurityContext
	if !*pod.SecurityContext.RunAsNonRoot || !*context.ReadOnlyRootFilesystem || *context.AllowPrivilegeEscalation || context.Capabilities.Drop[0] != "ALL" {
		t.Errorf("%s may more than it needs", role)
	}
	if container.Resources.Limits.Memory().IsZero() || container.Resources.Requests.Cpu().IsZero() {
		t.Errorf("%s asks for no CPU or has no limit of memory", role)
	}
	if *pod.AutomountServiceAccountToken {
		t.Errorf("%s has a token that it does not need", role)
	}
	kustomization := string(read(t, base+"kustomization.yaml"))
	if name := container.EnvFrom[0].ConfigMapRef.Name; !strings.Contains(kustomization, "name: "+name+"\n") {
		t.Errorf("%s: nothing makes the ConfigMap %s", role, name)
	}
	secrets := loadManifests(t).secrets[pod.Volumes[0].Secret.SecretName]
	if secrets == nil {
		t.Fatalf("%s mounts a secret of which there is no example", role)
	}
	for variable, value := range environment(t, base+"sluice.env") {
		if path.Dir(value) == container.VolumeMounts[0].MountPath && secrets.StringData[path.Base(value)] == "" {
			t.Errorf("%s: %s names %s, which the secret does not have", role, variable, value)
		}
	}
}

// checkProbes: ready is a question about servers, alive is not.
func checkProbes(t *testing.T, role string, container *corev1.Container) {
	t.Helper()
	for kind, probe := range map[string]*corev1.Probe{"/healthz startup": container.StartupProbe, "/healthz liveness": container.LivenessProbe, "/readyz readiness": container.ReadinessProbe} {
		want, _, _ := strings.Cut(kind, " ")
		if probe == nil || probe.HTTPGet == nil || probe.HTTPGet.Path != want || probe.HTTPGet.Port.String() != "ops" {
			t.Errorf("%s: its %s probe is %v", role, kind, probe)
		}
	}
	settings := environment(t, base+"sluice.env")
	for _, port := range container.Ports {
		setting := map[string]string{"http": "SLUICE_HTTP_LISTEN", "ops": "SLUICE_OPS_LISTEN"}[port.Name]
		_, listens, err := net.SplitHostPort(settings[setting])
		if err != nil || listens != strconv.Itoa(int(port.ContainerPort)) {
			t.Errorf("%s: port %s is %d, %s is %q", role, port.Name, port.ContainerPort, setting, settings[setting])
		}
	}
}

func selects(t *testing.T, who string, selector *metav1.LabelSelector, on map[string]string) {
	t.Helper()
	chosen, err := metav1.LabelSelectorAsSelector(selector)
	if err != nil || chosen.Empty() || !chosen.Matches(labels.Set(on)) {
		t.Errorf("%s selects %v, the pods are %v (%v)", who, selector, on, err)
	}
}

func TestKubernetesServicesReachTheirPods(t *testing.T) {
	m := loadManifests(t)
	for name, service := range m.services {
		role := strings.TrimSuffix(name, "-ops")
		pod := m.deployments[role].Spec.Template
		if !labels.SelectorFromSet(service.Spec.Selector).Matches(labels.Set(pod.Labels)) {
			t.Errorf("service %s selects nobody", name)
		}
		for _, port := range service.Spec.Ports {
			if !slices.ContainsFunc(pod.Spec.Containers[0].Ports, func(p corev1.ContainerPort) bool { return p.Name == port.TargetPort.String() }) {
				t.Errorf("service %s: no port %s", name, port.TargetPort.String())
			}
			if port.TargetPort.String() == "ops" && service.Spec.ClusterIP != corev1.ClusterIPNone {
				t.Errorf("service %s shares out the ops listeners: one has to reach each process", name)
			}
		}
	}
	for name, policy := range m.policies {
		for _, rule := range policy.Spec.Ingress {
			for _, port := range rule.Ports {
				if port.Port.String() == "ops" && len(rule.From) == 0 {
					t.Errorf("policy %s opens the ops listener to everybody", name)
				}
			}
		}
	}
	if closed := m.policies["nothing-in"]; closed == nil || len(closed.Spec.Ingress) > 0 || len(closed.Spec.PodSelector.MatchLabels) > 0 {
		t.Error("no policy closes what is not named")
	}
}

// The pipelines scale on the lag of the groups that there are, and never beyond the partitions.
func TestPipelinesScaleOnTheirLag(t *testing.T) {
	var object struct {
		Spec struct {
			ScaleTargetRef  struct{ Name string }
			MaxReplicaCount int
			Triggers        []struct {
				Type     string
				Metadata map[string]string
			}
		}
	}
	if err := yaml.Unmarshal(documents(t, "../k8s/keda/pipelines-scale.yaml")[0], &object); err != nil {
		t.Fatal(err)
	}
	settings := environment(t, base+"sluice.env")
	partitions, err := strconv.Atoi(settings["SLUICE_TOPIC_PARTITIONS"])
	if err != nil || object.Spec.MaxReplicaCount > partitions || object.Spec.ScaleTargetRef.Name != "pipelines" {
		t.Errorf("%s may have %d pods for %d partitions (%v)", object.Spec.ScaleTargetRef.Name, object.Spec.MaxReplicaCount, partitions, err)
	}
	groups := map[string]string{}
	for _, trigger := range object.Spec.Triggers {
		groups[trigger.Metadata["consumerGroup"]] = trigger.Metadata["topic"]
		if trigger.Type != "kafka" || trigger.Metadata["bootstrapServers"] != settings["SLUICE_KAFKA_BROKERS"] {
			t.Errorf("trigger %v", trigger)
		}
	}
	want := map[string]string{
		"sluice-gps-live": "driver.pings", "sluice-gps-history": "driver.pings", "sluice-order-index": "order.events", "sluice-order-levels": "order.events",
		"sluice-purchase-levels": "membership.purchases",
	}
	if !maps.Equal(groups, want) {
		t.Errorf("scales on %v", groups)
	}
}

// Every file of the base is in its kustomization, but for the example.
func TestKustomizationNamesEveryFile(t *testing.T) {
	var kustomization struct{ Resources []string }
	if err := yaml.Unmarshal(read(t, base+"kustomization.yaml"), &kustomization); err != nil {
		t.Fatal(err)
	}
	for _, resource := range kustomization.Resources {
		if len(documents(t, base+resource)) == 0 {
			t.Errorf("%s is empty", resource)
		}
	}
	if len(kustomization.Resources) != 7 || slices.Contains(kustomization.Resources, "secret.example.yaml") {
		t.Errorf("resources %v", kustomization.Resources)
	}
}

package check

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// examples are the services that a file of settings names in its example, which is commented out.
func examples(t *testing.T, file string) []string {
	t.Helper()
	var names []string
	for _, match := range regexp.MustCompile(`(?m)^#SLUICE_WEBHOOK_SERVICES=(.+)$`).FindAllStringSubmatch(string(read(t, file)), -1) {
		for service := range strings.SplitSeq(match[1], ",") {
			name, url, _ := strings.Cut(service, "=")
			if !strings.HasPrefix(url, "https://") {
				t.Errorf("%s: %s is at %q", file, name, url)
			}
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		t.Errorf("%s shows no webhook", file)
	}
	return names
}

// Pipelines post changes of level to services outside; where the rest is on networks without a way out, they need one, and
// the directory with the services' secrets, which no other role has.
func TestComposeLetsWebhooksOut(t *testing.T) {
	for file, files := range map[string][]string{
		"../compose/dev.env":     {"docker-compose.yml"},
		"../compose/cluster.env": {"docker-compose.yml", "ops/compose/cluster.yml"},
	} {
		examples(t, file)
		project := composed(t, []string{"cli"}, files...)
		for _, role := range append(roles(), "cli") { // the cli replays pipelines, webhooks' too
			service, out, mounted := project.Services[role], false, false
			for network := range service.Networks {
				out = out || !project.Networks[network].Internal
			}
			for _, volume := range service.Volumes {
				mounted = mounted || volume.ReadOnly && volume.Target == *service.Environment["SLUICE_WEBHOOK_SECRETS_DIR"]
			}
			posts := role == "pipelines" || role == "cli"
			if mounted != posts || posts && !out {
				t.Errorf("%v: %s has the webhooks' secrets: %t, a way out: %t", files, role, mounted, out)
			}
		}
	}
	if ignored := string(read(t, "../compose/webhooks/.gitignore")); !strings.Contains(ignored, "\n*\n") {
		t.Error("git does not ignore ops/compose/webhooks")
	}
}

// Out to 443 are the pipelines alone; their pods start without the secret of webhooks, and the example has one for each service
// of the settings' example.
func TestKubernetesLetsWebhooksOut(t *testing.T) {
	m := loadManifests(t)
	for name, policy := range m.policies {
		if !slices.ContainsFunc(policy.Spec.Egress, opens443) {
			continue
		}
		for _, role := range append(roles(), "setup") {
			pod := labels.Set{"app.kubernetes.io/name": "sluice", "app.kubernetes.io/component": role}
			if chosen := labels.SelectorFromSet(policy.Spec.PodSelector.MatchLabels).Matches(pod); chosen != (role == "pipelines") {
				t.Errorf("policy %s lets %s out to 443: %t", name, role, chosen)
			}
		}
	}
	if hooks := m.policies["webhooks"]; hooks == nil || !slices.ContainsFunc(hooks.Spec.Egress, opens443) {
		t.Error("no policy lets webhooks out")
	}
	dir := environment(t, base+"sluice.env")["SLUICE_WEBHOOK_SECRETS_DIR"]
	for _, role := range roles() {
		pod := &m.deployments[role].Spec.Template.Spec
		at := slices.IndexFunc(pod.Containers[0].VolumeMounts, func(v corev1.VolumeMount) bool { return v.MountPath == dir })
		if (at >= 0) != (role == "pipelines") {
			t.Errorf("%s has the webhooks' secrets: %t", role, at >= 0)
		}
		if at < 0 {
			continue
		}
		mount := pod.Containers[0].VolumeMounts[at]
		from := slices.IndexFunc(pod.Volumes, func(v corev1.Volume) bool { return v.Name == mount.Name })
		if from < 0 || !mount.ReadOnly || pod.Volumes[from].Secret.Optional == nil || !*pod.Volumes[from].Secret.Optional {
			t.Fatalf("%s: %+v is no mount of a secret that may be missing", role, mount)
		}
		example := m.secrets[pod.Volumes[from].Secret.SecretName]
		if example == nil {
			t.Fatalf("no example of %s", pod.Volumes[from].Secret.SecretName)
		}
		want := examples(t, base+"sluice.env")
		if have := slices.Sorted(maps.Keys(example.StringData)); !slices.Equal(have, want) {
			t.Errorf("the example has secrets of %v, the settings name %v", have, want)
		}
	}
}

func opens443(rule networkingv1.NetworkPolicyEgressRule) bool {
	return slices.ContainsFunc(rule.Ports, func(p networkingv1.NetworkPolicyPort) bool { return p.Port.IntValue() == 443 })
}

package check

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"

	goyaml "go.yaml.in/yaml/v3"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"sigs.k8s.io/yaml"
)

const base = "../k8s/base/"

// manifests are the objects of ops/k8s/base, decoded strictly: an unknown field is an error.
type manifests struct {
	deployments map[string]*appsv1.Deployment
	jobs        map[string]*batchv1.Job
	services    map[string]*corev1.Service
	budgets     map[string]*policyv1.PodDisruptionBudget
	scalers     map[string]*autoscalingv2.HorizontalPodAutoscaler
	policies    map[string]*networkingv1.NetworkPolicy
	secrets     map[string]*corev1.Secret
	namespaces  map[string]*corev1.Namespace
}

func loadManifests(t *testing.T) *manifests {
	t.Helper()
	m := &manifests{
		deployments: map[string]*appsv1.Deployment{},
		jobs:        map[string]*batchv1.Job{},
		services:    map[string]*corev1.Service{},
		budgets:     map[string]*policyv1.PodDisruptionBudget{},
		scalers:     map[string]*autoscalingv2.HorizontalPodAutoscaler{},
		policies:    map[string]*networkingv1.NetworkPolicy{},
		secrets:     map[string]*corev1.Secret{},
		namespaces:  map[string]*corev1.Namespace{},
	}
	files, err := filepath.Glob(base + "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if filepath.Base(file) == "kustomization.yaml" {
			continue
		}
		for _, document := range documents(t, file) {
			m.add(t, file, document)
		}
	}
	return m
}

// documents are the YAML documents of one file.
func documents(t *testing.T, file string) [][]byte {
	t.Helper()
	decoder := goyaml.NewDecoder(bytes.NewReader(read(t, file)))
	var found [][]byte
	for {
		var document map[string]any
		if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
			return found
		} else if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		text, err := goyaml.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, text)
	}
}

func (m *manifests) add(t *testing.T, file string, document []byte) {
	t.Helper()
	var head struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
		Metadata   struct {
			Name string `json:"name"`
		} `json:"metadata"`
	}
	if err := yaml.Unmarshal(document, &head); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	name := head.Metadata.Name
	switch head.APIVersion + " " + head.Kind {
	case "apps/v1 Deployment":
		m.deployments[name] = strict[appsv1.Deployment](t, file, document)
	case "batch/v1 Job":
		m.jobs[name] = strict[batchv1.Job](t, file, document)
	case "v1 Service":
		m.services[name] = strict[corev1.Service](t, file, document)
	case "policy/v1 PodDisruptionBudget":
		m.budgets[name] = strict[policyv1.PodDisruptionBudget](t, file, document)
	case "autoscaling/v2 HorizontalPodAutoscaler":
		m.scalers[name] = strict[autoscalingv2.HorizontalPodAutoscaler](t, file, document)
	case "networking.k8s.io/v1 NetworkPolicy":
		m.policies[name] = strict[networkingv1.NetworkPolicy](t, file, document)
	case "v1 Secret":
		m.secrets[name] = strict[corev1.Secret](t, file, document)
	case "v1 Namespace":
		m.namespaces[name] = strict[corev1.Namespace](t, file, document)
	default:
		t.Errorf("%s: %s %s is of no known kind", file, head.APIVersion, head.Kind)
	}
}

func strict[T any](t *testing.T, file string, document []byte) *T {
	t.Helper()
	object := new(T)
	if err := yaml.UnmarshalStrict(document, object); err != nil {
		t.Errorf("%s: %v", file, err)
	}
	return object
}

// environment reads a file of KEY=VALUE lines.
func environment(t *testing.T, file string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for line := range strings.Lines(string(read(t, file))) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(key, "#") {
			found[key] = value
		}
	}
	return found
}

{{/* Names and labels. What belongs to a component is named RELEASE-COMPONENT. */}}

{{/* The name of everything. Short, since names of pods and their labels have at most 63 characters. */}}
{{- define "mas.name" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 30 | trimSuffix "-" -}}
{{- else if contains "mas" .Release.Name -}}
{{- .Release.Name | trunc 30 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-mas" (.Release.Name | trunc 26 | trimSuffix "-") -}}
{{- end -}}
{{- end -}}

{{/* Services have the name of everything, and Kubernetes is stricter with them than Helm is with releases. */}}
{{- define "mas.refuseName" -}}
{{- $name := include "mas.name" . -}}
{{- if not (regexMatch "^[a-z]([a-z0-9-]*[a-z0-9])?$" $name) -}}
{{- fail (printf "The release is called %s, so a Service would be called %s, expected a letter, then letters, digits and -: choose another name for the release, or set fullnameOverride." .Release.Name $name) -}}
{{- end -}}
{{- end -}}

{{/* What selects the pods of this release, whatever their component. */}}
{{- define "mas.selector" -}}
app.kubernetes.io/name: mas
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{/* What selects the pods of a component; takes (list $ "component"). */}}
{{- define "mas.componentSelector" -}}
{{ include "mas.selector" (index . 0) }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* Labels of an object; takes (list $ "component"). */}}
{{- define "mas.labels" -}}
{{ include "mas.componentSelector" . }}
app.kubernetes.io/version: {{ (index . 0).Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
helm.sh/chart: {{ printf "%s-%s" (index . 0).Chart.Name (index . 0).Chart.Version }}
{{- end -}}

{{/* Host name of a pod of a StatefulSet; takes (list $ "service" "pod"). */}}
{{- define "mas.host" -}}
{{- $root := index . 0 -}}
{{- printf "%s.%s.%s.svc.%s" (index . 2) (index . 1) $root.Release.Namespace $root.Values.clusterDomain -}}
{{- end -}}

{{/* Host names of all pods of a StatefulSet with its port, in a list; takes (list $ "component" replicas port). */}}
{{- define "mas.hosts" -}}
{{- $root := index . 0 -}}
{{- $name := printf "%s-%s" (include "mas.name" $root) (index . 1) -}}
{{- $port := index . 3 -}}
{{- $hosts := list -}}
{{- range $i := until (int (index . 2)) -}}
{{- $hosts = append $hosts (printf "%s:%v" (include "mas.host" (list $root $name (printf "%s-%d" $name $i))) $port) -}}
{{- end -}}
{{- join "," $hosts -}}
{{- end -}}

{{/* The URL of the public API inside the cluster. */}}
{{- define "mas.url" -}}
{{- printf "http://%s.%s.svc.%s:%v" (include "mas.name" .) .Release.Namespace .Values.clusterDomain .Values.gateway.service.port -}}
{{- end -}}

{{/* A value as text. Helm reads numbers of a file of values as floating-point ones, and prints large ones as 1e+06. */}}
{{- define "mas.text" -}}
{{- if kindIs "float64" . -}}
{{- if eq (floor .) . }}{{ int64 . }}{{ else }}{{ . }}{{ end -}}
{{- else -}}
{{- . -}}
{{- end -}}
{{- end -}}

{{/* An image of MAS; takes (list $ "gateway" or "node"). */}}
{{- define "mas.image" -}}
{{- $root := index . 0 -}}
{{- $image := index $root.Values.images (index . 1) -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $image.repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $image.repository ($image.tag | default $root.Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{/* What selects the metrics of this release: Prometheus takes these labels from the Services. */}}
{{- define "mas.series" -}}
namespace="{{ .Release.Namespace }}",app_kubernetes_io_instance="{{ .Release.Name }}"
{{- end -}}

{{/* The rest of an alert; takes (list $ "Name" "for" "severity" "what it says"). */}}
{{- define "mas.alert" -}}
for: {{ index . 2 }}
labels:
  severity: {{ index . 3 }}
annotations:
  summary: {{ index . 4 | quote }}
  runbook_url: {{ printf "%s#%s" (index . 0).Values.monitoring.runbookUrl (index . 1 | lower) }}
{{- end -}}

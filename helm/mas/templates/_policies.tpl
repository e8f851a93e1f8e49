{{/* Parts of NetworkPolicies. */}}

{{/*
Who may come to a component: root, component, ports; from (peers as Kubernetes has them), fromComponents (of this release),
or everybody if open; suffix of the name, "ingress" if there is none.
*/}}
{{- define "mas.policy" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "mas.name" .root }}-{{ .component }}-{{ .suffix | default "ingress" }}
  labels:
    {{- include "mas.labels" (list .root .component) | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- include "mas.componentSelector" (list .root .component) | nindent 6 }}
  policyTypes: [Ingress]
  ingress:
    - ports:
        {{- range .ports }}
        - {protocol: TCP, port: {{ . }}}
        {{- end }}
      {{- if not .open }}
      from:
        {{- with .from }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
        {{- range .fromComponents }}
        - podSelector:
            matchLabels:
              {{- include "mas.componentSelector" (list $.root .) | nindent 14 }}
        {{- end }}
      {{- end }}
{{- end -}}

{{/* Flows to servers, as items of "egress"; root, servers. */}}
{{- define "mas.serverFlows" -}}
{{- $ports := dict "mongodb" (list 27017) "redis" (list 6379 26379) "rabbitmq" (list 5672) -}}
{{- range $server := .servers }}
{{- $values := index $.root.Values $server }}
{{- if eq $values.mode "bundled" }}
- to:
    - podSelector:
        matchLabels:
          {{- include "mas.componentSelector" (list $.root $server) | nindent 10 }}
  ports:
    {{- range index $ports $server }}
    - {protocol: TCP, port: {{ . }}}
    {{- end }}
{{- else }}
- ports:
    {{- range $values.external.ports }}
    - {protocol: TCP, port: {{ . }}}
    {{- end }}
  {{- with $values.external.peers }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Where a component may go: root, component, servers. */}}
{{- define "mas.serverEgress" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "mas.name" .root }}-{{ .component }}-egress
  labels:
    {{- include "mas.labels" (list .root .component) | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- include "mas.componentSelector" (list .root .component) | nindent 6 }}
  policyTypes: [Egress]
  egress:
    {{- include "mas.serverFlows" . | nindent 4 }}
{{- end -}}

{{/* Where processes of mas-api may go; takes (list $ "component" (list "server" ...)). */}}
{{- define "mas.apiEgress" -}}
{{- $root := index . 0 -}}
{{ include "mas.serverEgress" (dict "root" $root "component" (index . 1) "servers" (index . 2)) }}
    - to:
        - podSelector:
            matchLabels:
              {{- include "mas.componentSelector" (list $root "storage") | nindent 14 }}
      ports:
        - {protocol: TCP, port: 9101}
{{- end -}}

{{/* A bundled server; takes (list $ "server" (list port ...)). */}}
{{- define "mas.bundledPolicy" -}}
{{- $root := index . 0 -}}
{{- $server := index . 1 -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "mas.name" $root }}-{{ $server }}
  labels:
    {{- include "mas.labels" (list $root $server) | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- include "mas.componentSelector" (list $root $server) | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        {{- range index (dict "mongodb" (list "gateway" "repair") "redis" (list "gateway") "rabbitmq" (list "gateway" "repair" "storage")) $server }}
        - podSelector:
            matchLabels:
              {{- include "mas.componentSelector" (list $root .) | nindent 14 }}
        {{- end }}
      ports:
        {{- range ternary (list 5672) (index . 2) (eq $server "rabbitmq") }}
        - {protocol: TCP, port: {{ . }}}
        {{- end }}
    - from:
        - podSelector:
            matchLabels:
              {{- include "mas.componentSelector" (list $root $server) | nindent 14 }}
      ports:
        {{- range index . 2 }}
        - {protocol: TCP, port: {{ . }}}
        {{- end }}
  egress:
    - to:
        - podSelector:
            matchLabels:
              {{- include "mas.componentSelector" (list $root $server) | nindent 14 }}
      ports:
        {{- range index . 2 }}
        - {protocol: TCP, port: {{ . }}}
        {{- end }}
{{- end -}}

"""The dashboard: revenue by month as bars."""

import plotly.graph_objects as graph
from dash import Dash, dcc, html
from dash.dependencies import Input, Output

from app import store

dashboard = Dash(__name__, title="Insights")

dashboard.layout = html.Main(
    [
        html.H1("Insights"),
        html.P("Revenue by month, straight from the orders."),
        dcc.Graph(id="revenue"),
        dcc.Interval(id="tick", interval=60_000),
    ]
)


@dashboard.callback(Output("revenue", "figure"), Input("tick", "n_intervals"))
def draw(_ticks):
    months = store.revenue_by_month()
    return graph.Figure(graph.Bar(x=list(months), y=list(months.values())))

<%@ taglib prefix="c" uri="http://java.sun.com/jsp/jstl/core" %>
<%@ taglib prefix="fn" uri="http://java.sun.com/jsp/jstl/functions" %>
<%-- ruleid: java-jsp-xss --%>
<p>Hello ${param.name}</p>
<%-- ruleid: java-jsp-xss --%>
<p>Hello <%= request.getParameter("name") %></p>
<%-- ruleid: java-jsp-xss --%>
<input name="q" value="${param['q']}">
<%-- ruleid: java-jsp-xss --%>
<% out.println("<p>" + request.getHeader("Referer")); %>
<%-- ruleid: java-jsp-xss --%>
<c:out value="${param.name}" escapeXml="false"/>
<%-- ok: java-jsp-xss --%>
<p>Hello <c:out value="${param.name}"/></p>
<%-- ok: java-jsp-xss --%>
<p>Hello ${fn:escapeXml(param.name)}</p>
<%-- ok: java-jsp-xss --%>
<c:if test="${param.name == 'x'}">x</c:if>
<%-- ok: java-jsp-xss --%>
<p><%= request.getContextPath() %></p>
<%-- ok: java-jsp-xss --%>
<p>${user.name}</p>
